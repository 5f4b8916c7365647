// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title The group of BN254 G1 with generator (1, 2), through the precompiles of EIP-196 and EIP-198
library Bn254 {
    uint256 internal constant P =
        0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;
    uint256 internal constant ORDER =
        0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;
    uint256 private constant ROOT_EXPONENT = (P + 1) / 4;

    /// @notice Whether (x, y) is a point other than infinity with both coordinates reduced.
    function isOnCurve(uint256 x, uint256 y) internal pure returns (bool) {
        if (x >= P || y >= P || x | y == 0) return false;
        return mulmod(y, y, P) == _cubic(x);
    }

    /// @notice scalar · (x, y). The point must be on the curve.
    function multiply(uint256 x, uint256 y, uint256 scalar)
        internal
        view
        returns (uint256 px, uint256 py)
    {
        uint256[3] memory input = [x, y, scalar];
        bool success;
        assembly ("memory-safe") {
            success := staticcall(gas(), 0x07, input, 96, input, 64)
        }
        assert(success);
        return (input[0], input[1]);
    }

    /// @notice The point with this x whose y has this parity; `exists` is false when there is none.
    function decompress(uint256 x, uint256 parity) internal view returns (bool exists, uint256 y) {
        if (x >= P) return (false, 0);
        uint256 square = _cubic(x);
        uint256[6] memory input = [uint256(32), 32, 32, square, ROOT_EXPONENT, P];
        bool success;
        assembly ("memory-safe") {
            success := staticcall(gas(), 0x05, input, 192, input, 32)
        }
        assert(success);
        y = input[0];
        if (mulmod(y, y, P) != square) return (false, 0);
        if (y & 1 != parity) y = P - y;
        return (y < P, y);
    }

    function _cubic(uint256 x) private pure returns (uint256) {
        return addmod(mulmod(mulmod(x, x, P), x, P), 3, P);
    }
}
