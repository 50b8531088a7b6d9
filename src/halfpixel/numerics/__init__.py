"""How operations are rounded: error models, coordinates, integer kernels, values that are not finite."""
