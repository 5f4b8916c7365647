// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IElectionErrors} from "../interfaces/IElectionErrors.sol";

/// @title Rebuilding a batch's tree from left to right
/// @notice A stack of (height, hash): equal heights are joined at once, the rest from the right at the end.
/// Heights fall strictly from bottom to top, so 32 places are enough.
library BranchStream {
    uint256 internal constant RECORD = 0;
    uint256 internal constant LAST_HEIGHT = 31;
    uint256 internal constant OUTSIDE = 255;

    struct Stack {
        uint256 hashes;
        uint256 heights;
        uint256 size;
    }

    function create() internal pure returns (Stack memory stack) {
        uint256 at;
        assembly ("memory-safe") {
            at := mload(0x40)
            mstore(0x40, add(at, 2112))
        }
        stack.hashes = at;
        stack.heights = at + 1056;
    }

    /// @notice Adds the root of the next complete subtree of `height` (0: a leaf).
    function push(Stack memory stack, uint256 height, bytes32 node) internal pure {
        bool falling = true;
        assembly ("memory-safe") {
            let size := mload(add(stack, 64))
            let hashes := add(mload(stack), shl(5, size))
            let heights := add(mload(add(stack, 32)), shl(5, size))
            for {} size {} {
                let top := mload(sub(heights, 32))
                if iszero(eq(top, height)) {
                    falling := gt(top, height)
                    break
                }
                mstore(hashes, node)
                hashes := sub(hashes, 32)
                heights := sub(heights, 32)
                node := keccak256(hashes, 64)
                height := add(height, 1)
                size := sub(size, 1)
            }
            mstore(hashes, node)
            mstore(heights, height)
            mstore(add(stack, 64), add(size, 1))
        }
        if (!falling || height > LAST_HEIGHT) revert IElectionErrors.BranchOutOfOrder(height);
    }

    /// @notice The root over everything pushed; 0 when nothing was.
    function root(Stack memory stack) internal pure returns (bytes32 node) {
        assembly ("memory-safe") {
            let size := mload(add(stack, 64))
            if size {
                let at := add(mload(stack), shl(5, sub(size, 1)))
                for {} gt(size, 1) { size := sub(size, 1) } {
                    at := sub(at, 32)
                    mstore(at, keccak256(at, 64))
                }
                node := mload(at)
            }
        }
    }
}
