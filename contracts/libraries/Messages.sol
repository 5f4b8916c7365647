// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title The signed messages (EIP-712) and tagged hashes of the record
/// @notice docs/protocol.md, sections 2, 4, 6 and 7.
library Messages {
    bytes32 internal constant DOMAIN = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)"
    );
    bytes32 internal constant NAME = keccak256("Hanpyo");
    bytes32 internal constant VERSION = keccak256("1");
    bytes32 internal constant BALLOT = keccak256(
        "Ballot(uint32 voter,uint16 epoch,uint16 revision,uint8 kind,bytes32 content,bytes32 escrow)"
    );
    bytes32 internal constant CREDENTIAL =
        keccak256("Credential(uint32 voter,bytes32 key,uint64 weight,uint16 class,uint16 epoch)");
    bytes32 internal constant CREDENTIAL_LIST = keccak256(
        "CredentialList(Credential[] credentials)Credential(uint32 voter,bytes32 key,uint64 weight,uint16 class,uint16 epoch)"
    );
    bytes32 internal constant REBIND = keccak256("Rebind(uint32 voter,uint16 epoch)");
    bytes32 internal constant DESK_ACT = keccak256(
        "DeskAct(uint32 voter,uint8 act,uint8 channel,uint16 epoch,uint64 weight,uint16 class,bytes32 content,bytes32 escrow)"
    );

    bytes32 internal constant TAG_SYSTEM = keccak256("hanpyo.system.v1");
    bytes32 internal constant TAG_MANIFEST = keccak256("hanpyo.manifest.v1");
    bytes32 internal constant TAG_LEAF = keccak256("hanpyo.leaf.v1");
    bytes32 internal constant TAG_ACT = keccak256("hanpyo.act.v1");
    bytes32 internal constant TAG_ENVELOPE = keccak256("hanpyo.envelope.v1");
    bytes32 internal constant TAG_SALT = keccak256("hanpyo.salt.v1");
    bytes32 internal constant TAG_STREAM = keccak256("hanpyo.stream.v1");

    /// @notice The election's EIP-712 domain separator, computed anew so that a fork with another chain id has its own.
    function domain(bytes32 manifestHash) internal view returns (bytes32) {
        return
            keccak256(abi.encode(DOMAIN, NAME, VERSION, block.chainid, address(this), manifestHash));
    }

    function digest(bytes32 domainSeparator, bytes32 structHash)
        internal
        pure
        returns (bytes32 hash)
    {
        assembly ("memory-safe") {
            mstore(0x00, hex"1901")
            mstore(0x02, domainSeparator)
            mstore(0x22, structHash)
            hash := keccak256(0x00, 0x42)
            mstore(0x22, 0)
        }
    }

    /// @notice Memory in which `digestIn` completes digests of one domain.
    function signing(bytes32 domainSeparator) internal pure returns (uint256 at) {
        assembly ("memory-safe") {
            at := mload(0x40)
            mstore(0x40, add(at, 96))
            mstore(at, 0x1901)
            mstore(add(at, 32), domainSeparator)
        }
    }

    /// @notice The digest of a struct hash, in memory from `signing`.
    function digestIn(uint256 at, bytes32 structHash) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(add(at, 64), structHash)
            hash := keccak256(add(at, 30), 66)
        }
    }

    function leaf(uint256 terms, bytes32 content) internal pure returns (bytes32) {
        return keccak256(abi.encode(TAG_LEAF, terms, content));
    }

    function act(uint256 terms, bytes32 content, bytes32 escrow) internal pure returns (bytes32) {
        return keccak256(abi.encode(TAG_ACT, terms, content, escrow));
    }
}
