"""Whether a model needs the lungs at all: where its heat lies, and what it reads with parts blanked"""
