// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Reading the manifest, which is the tail of the clone's own code
/// @notice Offsets are those of docs/protocol.md, section 2. No bounds are checked here: `SetupModule` has
/// checked the whole manifest before the election existed.
library ManifestReader {
    uint256 internal constant OPEN = 0;
    uint256 internal constant SEALED = 1;
    uint256 internal constant HEADER = 302;
    uint256 private constant PROXY_SIZE = 45;

    /// @notice The whole manifest, followed by a word of zeros.
    function load() internal view returns (bytes memory manifest) {
        assembly ("memory-safe") {
            let size := sub(extcodesize(address()), PROXY_SIZE)
            manifest := mload(0x40)
            mstore(manifest, size)
            extcodecopy(address(), add(manifest, 32), PROXY_SIZE, size)
            mstore(add(add(manifest, 32), size), 0)
            mstore(0x40, and(add(add(manifest, size), 95), not(31)))
        }
    }

    function word(bytes memory m, uint256 offset) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(add(m, 32), offset))
        }
    }

    function u8(bytes memory m, uint256 offset) internal pure returns (uint256) {
        return word(m, offset) >> 248;
    }

    function u16(bytes memory m, uint256 offset) internal pure returns (uint256) {
        return word(m, offset) >> 240;
    }

    function u32(bytes memory m, uint256 offset) internal pure returns (uint256) {
        return word(m, offset) >> 224;
    }

    function u64(bytes memory m, uint256 offset) internal pure returns (uint256) {
        return word(m, offset) >> 192;
    }

    function addr(bytes memory m, uint256 offset) internal pure returns (address) {
        return address(uint160(word(m, offset) >> 96));
    }

    function secrecy(bytes memory m) internal pure returns (uint256) {
        return u8(m, 1);
    }

    function choicesLength(bytes memory m) internal pure returns (uint256) {
        return u16(m, 2);
    }

    function rollSize(bytes memory m) internal pure returns (uint256) {
        return u32(m, 4);
    }

    function rollWeight(bytes memory m) internal pure returns (uint256) {
        return u64(m, 8);
    }

    function largestWeight(bytes memory m) internal pure returns (uint256) {
        return u64(m, 16);
    }

    function rollRoot(bytes memory m) internal pure returns (bytes32) {
        return bytes32(word(m, 24));
    }

    function textHash(bytes memory m) internal pure returns (bytes32) {
        return bytes32(word(m, 88));
    }

    function organiser(bytes memory m) internal pure returns (address) {
        return addr(m, 152);
    }

    function opensAt(bytes memory m) internal pure returns (uint256) {
        return u64(m, 172);
    }

    function closesAt(bytes memory m) internal pure returns (uint256) {
        return u64(m, 180);
    }

    function barrierAt(bytes memory m) internal pure returns (uint256) {
        return u64(m, 188);
    }

    function openingAt(bytes memory m) internal pure returns (uint256) {
        return u64(m, 196);
    }

    function keyDeadline(bytes memory m) internal pure returns (uint256) {
        return u64(m, 204);
    }

    function certifyAt(bytes memory m) internal pure returns (uint256) {
        return u64(m, 212);
    }

    function rebindUntil(bytes memory m) internal pure returns (uint256) {
        return u64(m, 220);
    }

    function registrarCount(bytes memory m) internal pure returns (uint256) {
        return u8(m, 292);
    }

    function threshold(bytes memory m) internal pure returns (uint256) {
        return u8(m, 293);
    }

    function clerkCount(bytes memory m) internal pure returns (uint256) {
        return u8(m, 294);
    }

    function rollInFile(bytes memory m) internal pure returns (bool) {
        return u8(m, 295) & 1 == 1;
    }

    function groupCount(bytes memory m) internal pure returns (uint256) {
        return u16(m, 296);
    }

    function classCount(bytes memory m) internal pure returns (uint256) {
        return u16(m, 298);
    }

    function itemCount(bytes memory m) internal pure returns (uint256) {
        return u16(m, 300);
    }

    function registrar(bytes memory m, uint256 index) internal pure returns (address) {
        return addr(m, HEADER + 20 * index);
    }

    function clerk(bytes memory m, uint256 index) internal pure returns (address) {
        return addr(m, HEADER + 20 * (registrarCount(m) + index));
    }

    function groupsAt(bytes memory m) internal pure returns (uint256) {
        return HEADER + 20 * (registrarCount(m) + clerkCount(m));
    }

    function classesAt(bytes memory m) internal pure returns (uint256) {
        return groupsAt(m) + 12 * groupCount(m);
    }

    function barredAt(bytes memory m) internal pure returns (uint256) {
        return classesAt(m) + 4 * classCount(m);
    }

    function itemsAt(bytes memory m) internal pure returns (uint256) {
        return barredAt(m) + 4 * u16(m, barredAt(m) - 2);
    }
}
