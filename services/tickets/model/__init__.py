"""The model: naive Bayes over words, trained on the sentences of botocore's own documentation."""
