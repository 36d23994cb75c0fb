"""The model: trained on the wine data that scikit-learn brings along, served in numpy."""
