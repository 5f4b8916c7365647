"""The record: typed data, encodings, trees and the reference model of what the contracts accept.

Pure: no clock, no network, no files, and nothing of Hanpyo's above it. docs/protocol.md is the
specification; every byte produced here is the byte given there.
"""
