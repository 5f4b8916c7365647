// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title The tree over a batch's firsts: RFC 6962's shape, node = H(left, right)
library BatchTree {
    /// @notice The root of the `count` leaves at memory address `at`, which are overwritten.
    function root(uint256 at, uint256 count) internal pure returns (bytes32 node) {
        assembly ("memory-safe") {
            for {} gt(count, 1) {} {
                let to := at
                let end := add(at, shl(6, shr(1, count)))
                for { let from := at } lt(from, end) { from := add(from, 64) } {
                    mstore(to, keccak256(from, 64))
                    to := add(to, 32)
                }
                if and(count, 1) {
                    mstore(to, mload(end))
                }
                count := shr(1, add(count, 1))
            }
            node := mload(at)
        }
    }
}
