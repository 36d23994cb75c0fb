"""The digits service: the digit on a picture, as an image or as pixels; two operations on one model."""
