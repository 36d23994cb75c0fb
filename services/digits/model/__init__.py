"""The model: logistic regression over 64 pixels, trained on the digits that scikit-learn brings along."""
