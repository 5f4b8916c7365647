// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Equal ballots in piles, so that each pile is counted once
/// @notice A write-back cache in memory: a pile lives in the place its key names until another key wants the place.
library Piles {
    uint256 internal constant PLACES = 128;
    uint256 private constant PILE = 128;

    /// @dev `ballots` is weight << 128 | heads; `choices` the calldata offset of one ballot's choices.
    struct Pile {
        bytes32 key;
        uint256 ballots;
        uint256 seat;
        uint256 choices;
    }

    /// @notice Memory for the piles of one call, all empty.
    function create() internal pure returns (uint256 piles) {
        assembly ("memory-safe") {
            piles := mload(0x40)
            calldatacopy(piles, calldatasize(), mul(PLACES, PILE))
            mstore(0x40, add(piles, mul(PLACES, PILE)))
        }
    }

    /// @notice Adds a ballot to the pile of its key if that is in its place; otherwise returns the place.
    function add(uint256 piles, bytes32 key, uint256 weight) internal pure returns (uint256 taken) {
        assembly ("memory-safe") {
            let at := add(piles, mul(and(key, sub(PLACES, 1)), PILE))
            switch eq(mload(at), key)
            case 0 { taken := at }
            default {
                let ballots := add(at, 32)
                mstore(ballots, add(mload(ballots), or(shl(128, weight), 1)))
            }
        }
    }

    /// @notice The memory of place `index`.
    function place(uint256 piles, uint256 index) internal pure returns (uint256) {
        unchecked {
            return piles + index * PILE;
        }
    }

    function isEmpty(uint256 at) internal pure returns (bool empty) {
        assembly ("memory-safe") {
            empty := iszero(mload(add(at, 32)))
        }
    }

    function read(uint256 at) internal pure returns (Pile memory pile) {
        assembly ("memory-safe") {
            mcopy(pile, at, PILE)
        }
    }

    /// @notice Starts a new pile with one ballot.
    function start(uint256 at, bytes32 key, uint256 weight, uint256 seat, uint256 choices)
        internal
        pure
    {
        assembly ("memory-safe") {
            mstore(at, key)
            mstore(add(at, 32), or(shl(128, weight), 1))
            mstore(add(at, 64), seat)
            mstore(add(at, 96), choices)
        }
    }
}
