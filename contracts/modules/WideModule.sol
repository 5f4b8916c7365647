// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {Recorder} from "../Recorder.sol";
import {Calldata} from "../libraries/Calldata.sol";
import {ManifestReader} from "../libraries/ManifestReader.sol";
import {Messages} from "../libraries/Messages.sol";
import {Signatures} from "../libraries/Signatures.sol";

/// @title Wide batches: any key, and entries listed by address; and rebinding
/// @notice docs/protocol.md, section 7. An external signature check gets `STIPEND` gas, no more and no less, and 32
/// bytes to answer: a wallet can neither burn the batch's gas nor look bad because the sender gave too little.
contract WideModule is Recorder {
    using ManifestReader for bytes;

    uint256 private constant STIPEND = 400_000;
    uint256 private constant RESERVE = 200_000;
    uint256 private constant BY_CREDENTIAL = 1;
    uint256 private constant BY_LIST = 2;
    uint256 private constant LISTED = 1;
    uint256 private constant ADDRESS = 1;
    uint256 private constant P256 = 2;
    uint256 private constant WEBAUTHN = 3;
    uint256 private constant VALUE = (1 << 248) - 1;

    IERC7913SignatureVerifier private immutable _p256;
    IERC7913SignatureVerifier private immutable _webAuthn;

    /// @dev Where the parts of one entry lie in calldata.
    struct Entry {
        uint256 keyType;
        uint256 key;
        uint256 keySize;
        uint256 signature;
        uint256 signatureSize;
        uint256 payload;
        uint256 attestation;
        uint256 proof;
        uint256 depth;
        uint256 next;
    }

    constructor(IERC7913SignatureVerifier p256, IERC7913SignatureVerifier webAuthn) {
        _p256 = p256;
        _webAuthn = webAuthn;
    }

    /// @notice The verifiers of P-256 and WebAuthn signatures.
    function verifiers() external view returns (address p256, address webAuthn) {
        return (address(_p256), address(_webAuthn));
    }

    /// @notice Records a wide batch. Anyone may send one.
    function castWide(bytes calldata batch) external {
        bytes memory m = ManifestReader.load();
        uint256 count = _count(batch);
        Batch memory b = _begin(m, count, _phase(m) == Phase.Voting);
        bytes32 domain = Messages.domain(_manifestHash);
        uint256 start;
        assembly ("memory-safe") {
            start := batch.offset
        }
        uint256 at = start + 3;
        uint256 end = start + batch.length;
        for (uint256 i; i < count; ++i) {
            Act memory a = _newAct();
            Entry memory e = _parse(b, a, at, end);
            _readPayload(b, a, e.payload);
            a.digest = Messages.digest(domain, _ballotHash(a));
            a.key = _keyId(e);
            uint256 reason = _judge(b, a, e, domain);
            if (reason == 0) reason = _record(b, a, e.payload);
            if (reason != 0) _skip(a.voter, a.digest, reason);
            at = e.next;
        }
        if (at != end) revert BatchMalformed(at - start);
        _end(b);
    }

    /// @notice Raises the voter's minimum epoch by one, on the word of m registrars. Anyone may send it.
    /// Kills nothing: the live ballot stays until an act of the new epoch.
    function rebind(uint32 voter, uint16 epoch, bytes calldata signatures) external {
        bytes memory m = ManifestReader.load();
        Phase phase = _phase(m);
        bool inTime = block.timestamp < m.rebindUntil();
        if (phase != Phase.Frozen && phase != Phase.Voting || !inTime) {
            revert ElectionWrongPhase(uint8(phase));
        }
        bool acted = _bit(_acted, voter);
        uint256 slot = _slots[voter];
        uint256 expected = (slot >> 240) + 1;
        // The last epoch is the desk's alone.
        if (voter >= m.rollSize() || epoch != expected || epoch == type(uint16).max) {
            revert ElectionWrongEpoch(uint16(expected));
        }
        uint256 at;
        assembly ("memory-safe") {
            at := signatures.offset
        }
        uint256 threshold = m.threshold();
        bytes32 structHash = keccak256(abi.encode(Messages.REBIND, voter, epoch));
        bytes32 digest = Messages.digest(Messages.domain(_manifestHash), structHash);
        if (
            signatures.length != threshold * Signatures.SIGNED_BY
                || !Signatures.areIndices(at, threshold, m.registrarCount())
                || !Signatures.byRegistrars(m, digest, at)
        ) {
            revert ElectionBadAttestation();
        }
        if (acted && slot == 0) slot = HAS_FIRST;
        _slots[voter] = uint256(epoch) << 240 | (slot & (type(uint256).max >> 16));
        _setBit(_acted, voter);
        emit VoterRebound(voter, epoch);
    }

    function _judge(Batch memory b, Act memory a, Entry memory e, bytes32 domain)
        private
        view
        returns (uint256)
    {
        if (!b.open) return NOT_OPEN;
        if (a.voter >= b.rollSize) return UNKNOWN_VOTER;
        if (!_isSigned(e, a.digest, a.key)) return BAD_SIGNATURE;
        if (e.attestation != 0) {
            bytes32 digest = Messages.digest(domain, _credentialHash(a));
            bool attested = Signatures.byRegistrars(b.manifest, digest, e.attestation);
            return attested ? 0 : BAD_ATTESTATION;
        }
        bytes32 leaf = keccak256(
            bytes.concat(keccak256(abi.encode(a.voter, LISTED, a.key, a.weight, a.class)))
        );
        bytes32[] memory proof = new bytes32[](e.depth);
        for (uint256 i; i < e.depth; ++i) {
            proof[i] = bytes32(Calldata.word(e.proof + 32 * i));
        }
        // A leaf speaks for epoch 0 only.
        bool listed = a.epoch == 0 && MerkleProof.verify(proof, b.manifest.rollRoot(), leaf);
        return listed ? 0 : BAD_ATTESTATION;
    }

    function _parse(Batch memory b, Act memory a, uint256 at, uint256 end)
        private
        pure
        returns (Entry memory e)
    {
        uint256 head = Calldata.word(at);
        a.voter = a.holder = head >> 224;
        a.weight = head >> 160 & type(uint64).max;
        a.class = head >> 144 & 0xffff;
        a.epoch = a.credentialEpoch = head >> 128 & 0xffff;
        a.revision = head >> 112 & 0xffff;
        a.kind = head >> 104 & 0xff;
        e.keyType = head >> 96 & 0xff;
        _within(at + 20, end);
        if (e.keyType == 0 || e.keyType > WEBAUTHN) revert BatchMalformed(19);
        e.key = at + 20;
        e.keySize = e.keyType == ADDRESS ? 20 : 64;
        e.signature = e.key + e.keySize + 2;
        _within(e.signature, end);
        e.signatureSize = Calldata.word(e.signature - 2) >> 240;
        e.payload = e.signature + e.signatureSize;
        uint256 attestation = e.payload + _payloadSize(b);
        _within(attestation + 1, end);
        uint256 how = Calldata.word(attestation) >> 248;
        if (how == BY_CREDENTIAL) {
            uint256 threshold = b.manifest.threshold();
            if (threshold == 0) revert BatchMalformed(attestation);
            e.attestation = attestation + 1;
            e.next = e.attestation + threshold * Signatures.SIGNED_BY;
            _within(e.next, end);
            if (!Signatures.areIndices(e.attestation, threshold, b.manifest.registrarCount())) {
                revert BatchMalformed(e.attestation);
            }
        } else if (how == BY_LIST) {
            _within(attestation + 2, end);
            e.depth = Calldata.word(attestation + 1) >> 248;
            e.proof = attestation + 2;
            e.next = e.proof + 32 * e.depth;
            _within(e.next, end);
        } else {
            revert BatchMalformed(attestation);
        }
    }

    function _keyId(Entry memory e) private pure returns (bytes32) {
        uint256 value;
        if (e.keyType == ADDRESS) {
            value = Calldata.word(e.key) >> 96;
        } else {
            value = uint256(
                keccak256(
                    abi.encode(bytes32(Calldata.word(e.key)), bytes32(Calldata.word(e.key + 32)))
                )
            ) & VALUE;
        }
        return bytes32(e.keyType << 248 | value);
    }

    /// @dev An account with code (a wallet, or an EIP-7702 account) may sign with its own key or by ERC-1271.
    function _isSigned(Entry memory e, bytes32 digest, bytes32 key) private view returns (bool) {
        bytes memory signature = _slice(e.signature, e.signatureSize);
        if (e.keyType != ADDRESS) {
            return _isVerified(e, digest, signature);
        }
        address account = address(uint160(uint256(key)));
        if (signature.length == 65) {
            (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecover(digest, signature);
            if (failure == ECDSA.RecoverError.NoError && signer == account) return true;
        }
        if (account.code.length == 0) return false;
        return _answers(
            account,
            abi.encodeCall(IERC1271.isValidSignature, (digest, signature)),
            IERC1271.isValidSignature.selector
        );
    }

    function _isVerified(Entry memory e, bytes32 digest, bytes memory signature)
        private
        view
        returns (bool)
    {
        IERC7913SignatureVerifier verifier = e.keyType == P256 ? _p256 : _webAuthn;
        bytes memory key = _slice(e.key, 64);
        return _answers(
            address(verifier),
            abi.encodeCall(IERC7913SignatureVerifier.verify, (key, digest, signature)),
            IERC7913SignatureVerifier.verify.selector
        );
    }

    /// @dev Whether `target` answers `input` with `magic` in one word. Reverts when the stipend cannot be given.
    function _answers(address target, bytes memory input, bytes4 magic)
        private
        view
        returns (bool)
    {
        if (gasleft() * 63 / 64 < STIPEND + RESERVE) revert BatchUnderfunded();
        bytes32 answer;
        assembly ("memory-safe") {
            mstore(0x00, 0)
            let ok := staticcall(STIPEND, target, add(input, 32), mload(input), 0x00, 32)
            if and(ok, gt(returndatasize(), 31)) { answer := mload(0x00) }
        }
        return answer == bytes32(magic);
    }

    function _count(bytes calldata batch) private pure returns (uint256 count) {
        if (batch.length < 3 || uint8(batch[0]) != 2) revert BatchMalformed(0);
        count = uint16(bytes2(batch[1:3]));
        if (count == 0) revert BatchMalformed(1);
    }

    function _within(uint256 at, uint256 end) private pure {
        if (at > end) revert BatchMalformed(at);
    }

    function _slice(uint256 at, uint256 size) private pure returns (bytes memory data) {
        data = new bytes(size);
        assembly ("memory-safe") {
            calldatacopy(add(data, 32), at, size)
        }
    }
}
