"""The paper's 40 quantitative claims, answered from result records."""
