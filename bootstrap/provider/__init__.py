"""Machines, whoever provides them: the contract, and one package for each provider."""
