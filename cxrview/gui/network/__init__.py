"""The network explorer: layers as a stack, their maps of the film in view, filters that do nothing"""
