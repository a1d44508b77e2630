"""Small widgets that several subjects use."""
