"""What it means: observations become one account per date, rates, forecasts. Pure: `now` is a parameter."""
