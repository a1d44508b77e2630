"""Work in child processes that may die: asked over a socket, limited, replaced, counted. No pickles"""
