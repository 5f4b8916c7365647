// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Calldata} from "./Calldata.sol";
import {ManifestReader} from "./ManifestReader.sol";

/// @title Compact ECDSA signatures (EIP-2098) in calldata, alone and m at a time
library Signatures {
    using ManifestReader for bytes;

    uint256 internal constant SIGNED_BY = 65;
    /// @dev The first s of the upper half of secp256k1's order.
    uint256 private constant UPPER_S =
        0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1;
    uint256 private constant KEY_TYPE_ADDRESS =
        0x0100000000000000000000000000000000000000000000000000000000000000;

    /// @notice The key id that signed `digest` with the 64 bytes at calldata offset `at`; 0 when the signature is bad.
    function keyOf(bytes32 digest, uint256 at) internal view returns (bytes32 key) {
        uint256 signer = recover(digest, at);
        assembly ("memory-safe") {
            key := mul(or(KEY_TYPE_ADDRESS, signer), gt(signer, 0))
        }
    }

    /// @notice The address that signed, as an integer; 0 when the signature is bad or not canonical.
    function recover(bytes32 digest, uint256 at) internal view returns (uint256 signer) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            let vs := calldataload(add(at, 32))
            let s := shr(1, shl(1, vs))
            mstore(free, digest)
            mstore(add(free, 32), add(shr(255, vs), 27))
            mstore(add(free, 64), calldataload(at))
            mstore(add(free, 96), s)
            pop(staticcall(gas(), 1, free, 128, free, 32))
            signer := mul(mload(free), and(eq(returndatasize(), 32), lt(s, UPPER_S)))
        }
    }

    /// @notice Whether the `threshold` records (u8 index, r, vs) at calldata offset `at` are signatures of `digest` by
    /// the registrars they name. False when no registrar exists.
    function byRegistrars(bytes memory manifest, bytes32 digest, uint256 at)
        internal
        view
        returns (bool)
    {
        uint256 threshold = manifest.threshold();
        return threshold != 0 && _by(manifest, 0, threshold, digest, at);
    }

    /// @notice As `byRegistrars`, for two clerks.
    function byClerks(bytes memory manifest, bytes32 digest, uint256 at)
        internal
        view
        returns (bool)
    {
        return _by(manifest, manifest.registrarCount(), 2, digest, at);
    }

    /// @notice Whether `signers` indices at calldata offset `at` are strictly increasing and below `count`.
    function areIndices(uint256 at, uint256 signers, uint256 count) internal pure returns (bool) {
        unchecked {
            uint256 next;
            for (uint256 i; i < signers; ++i) {
                uint256 index = Calldata.u8(at);
                if (index < next || index >= count) return false;
                next = index + 1;
                at += SIGNED_BY;
            }
            return true;
        }
    }

    function _by(bytes memory manifest, uint256 first, uint256 signers, bytes32 digest, uint256 at)
        private
        view
        returns (bool)
    {
        unchecked {
            for (uint256 i; i < signers; ++i) {
                uint256 signer = recover(digest, at + 1);
                if (signer == 0) return false;
                if (signer != uint160(manifest.registrar(first + Calldata.u8(at)))) return false;
                at += SIGNED_BY;
            }
            return true;
        }
    }
}
