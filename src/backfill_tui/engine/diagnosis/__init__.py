"""What works here and what does not: one module a subject, each giving findings. Nothing is changed by looking."""
