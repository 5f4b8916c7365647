// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Reading calldata at an offset from its very start; behind its end there are zeros
library Calldata {
    function word(uint256 at) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := calldataload(at)
        }
    }

    function u8(uint256 at) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := byte(0, calldataload(at))
        }
    }
}
