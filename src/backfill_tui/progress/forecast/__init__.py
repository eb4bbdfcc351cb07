"""From what runs have taken to when this one will be done: costs, chances, drift, simulation, calibration.

Pure, seeded, and imported on use, since it computes with NumPy. `progress.eta` is the way in.
"""
