"""The domain's functions of the expression language: policies, credentials, versions and addresses. Pure, total."""
