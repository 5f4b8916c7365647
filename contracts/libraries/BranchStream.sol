// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IElectionErrors} from "../interfaces/IElectionErrors.sol";

/// @title Rebuilding a batch's tree from left to right
/// @notice A stack of hashes with one entry for each bit set in the number of leaves so far, as a binary counter
/// carries: adding a subtree joins it with those of its own size. What is left is joined from the right at the end.
library BranchStream {
    uint256 internal constant RECORD = 0;
    uint256 internal constant LAST_HEIGHT = 31;
    uint256 internal constant OUTSIDE = 255;

    /// @dev `top` is the memory behind the last of the hashes, which start at `bottom`.
    struct Stack {
        uint256 leaves;
        uint256 top;
        uint256 bottom;
    }

    function create() internal pure returns (Stack memory stack) {
        uint256 at;
        assembly ("memory-safe") {
            at := mload(0x40)
            mstore(0x40, add(at, 1088))
        }
        stack.top = stack.bottom = at;
    }

    /// @notice Adds the root of the next complete subtree of `height` (0: a leaf).
    function push(Stack memory stack, uint256 height, bytes32 node) internal pure {
        uint256 leaves = stack.leaves;
        if (leaves & ((1 << height) - 1) != 0 || height >= LAST_HEIGHT) {
            revert IElectionErrors.BranchOutOfOrder(height);
        }
        assembly ("memory-safe") {
            let top := mload(add(stack, 32))
            mstore(top, node)
            for { let carry := shr(height, leaves) } and(carry, 1) { carry := shr(1, carry) } {
                top := sub(top, 32)
                mstore(top, keccak256(top, 64))
            }
            mstore(add(stack, 32), add(top, 32))
            mstore(stack, add(leaves, shl(height, 1)))
        }
    }

    /// @notice Adds a leaf.
    function pushLeaf(Stack memory stack, bytes32 node) internal pure {
        assembly ("memory-safe") {
            let leaves := mload(stack)
            let top := mload(add(stack, 32))
            mstore(top, node)
            for { let carry := leaves } and(carry, 1) { carry := shr(1, carry) } {
                top := sub(top, 32)
                mstore(top, keccak256(top, 64))
            }
            mstore(add(stack, 32), add(top, 32))
            mstore(stack, add(leaves, 1))
        }
    }

    /// @notice The root over everything pushed; 0 when nothing was.
    function root(Stack memory stack) internal pure returns (bytes32 node) {
        assembly ("memory-safe") {
            let bottom := mload(add(stack, 64))
            let at := mload(add(stack, 32))
            if gt(at, bottom) {
                at := sub(at, 32)
                for {} gt(at, bottom) {} {
                    at := sub(at, 32)
                    mstore(at, keccak256(at, 64))
                }
                node := mload(at)
            }
        }
    }
}
