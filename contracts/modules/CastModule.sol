// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Recorder} from "../Recorder.sol";
import {Calldata} from "../libraries/Calldata.sol";
import {ManifestReader} from "../libraries/ManifestReader.sol";
import {Messages} from "../libraries/Messages.sol";
import {Signatures} from "../libraries/Signatures.sol";

/// @title Compact batches: online acts of attested voters who sign with ECDSA
/// @notice docs/protocol.md, section 7. A list of credentials is rebuilt from the keys that the voters' signatures
/// recover; its registrars' signatures are part of the batch's form, so a batch whose list they do not sign reverts.
contract CastModule is Recorder {
    using ManifestReader for bytes;

    uint256 private constant HAS_WEIGHTS = 1;
    uint256 private constant HAS_CLASSES = 2;
    uint256 private constant HAS_ORDERS = 4;
    uint256 private constant HEAD = 7;
    uint256 private constant EXTRA = 34;

    /// @dev Calldata offsets of a batch's parts; `signature`, `payload` and `attestation` count from a record's start.
    struct Shape {
        uint256 flags;
        uint256 count;
        bool each;
        uint256 extras;
        uint256 listSignatures;
        uint256 extrasAt;
        uint256 records;
        uint256 stride;
        uint256 signature;
        uint256 payload;
        uint256 attestation;
    }

    /// @notice Records a compact batch. Anyone may send one.
    function cast(bytes calldata batch) external {
        unchecked {
            bytes memory m = ManifestReader.load();
            Shape memory s = _shape(m, batch);
            Batch memory b = _begin(m, s.count, _phase(m) == Phase.Voting);
            uint256 signing = Messages.signing(Messages.domain(_manifestHash));
            Act memory a = _newAct();
            uint256 list = s.each ? 0 : _allocate((s.count + s.extras) << 5);
            uint256 next = list;
            uint256 extra = s.extrasAt;
            uint256 lastExtra = s.records;
            uint256 at = s.records;
            uint256 end = at + s.count * s.stride;
            uint256 flags = s.flags;
            uint256 payloadAt = s.payload;
            uint256 signatureAt = s.signature;
            uint256 stride = s.stride;
            uint256 openSize = b.open ? b.rollSize : 0;
            a.weight = 1;
            a.kind = BALLOT;
            a.plain = flags == 0 && !b.checkIns && !b.isWeighted;
            while (at != end) {
                uint256 voter = _readHead(a, at, flags);
                uint256 payload = at + payloadAt;
                _readPayload(b, a, payload);
                bytes32 digest = Messages.digestIn(signing, _ballotHash(a));
                a.key = Signatures.keyOf(digest, at + signatureAt);
                uint256 reason;
                if (voter >= openSize || a.key == 0) reason = _judge(b, voter);
                if (list != 0) {
                    if (extra != lastExtra) {
                        (next, extra) = _appendExtras(s, list, next, extra);
                    }
                    _store(next, _credentialHash(a));
                    next += 32;
                } else if (reason == 0 && !_isAttested(b, s, a, signing, at)) {
                    reason = BAD_ATTESTATION;
                }
                if (reason == 0) reason = _record(b, a, payload);
                if (reason != 0) _skip(voter, digest, reason);
                at += stride;
            }
            if (list != 0) _checkList(m, s, signing, list, next, extra);
            _end(b);
        }
    }

    /// @dev Why an act that cannot be recorded cannot be.
    function _judge(Batch memory b, uint256 voter) private pure returns (uint256) {
        if (!b.open) return NOT_OPEN;
        return voter >= b.rollSize ? UNKNOWN_VOTER : BAD_SIGNATURE;
    }

    function _isAttested(Batch memory b, Shape memory s, Act memory a, uint256 signing, uint256 at)
        private
        view
        returns (bool)
    {
        bytes32 digest = Messages.digestIn(signing, _credentialHash(a));
        return Signatures.byRegistrars(b.manifest, digest, at + s.attestation);
    }

    /// @dev Appends the extras whose positions come next in the list.
    function _appendExtras(Shape memory s, uint256 list, uint256 next, uint256 extra)
        private
        pure
        returns (uint256, uint256)
    {
        unchecked {
            while (extra != s.records && Calldata.word(extra) >> 240 == (next - list) >> 5) {
                _store(next, bytes32(Calldata.word(extra + 2)));
                next += 32;
                extra += EXTRA;
            }
            return (next, extra);
        }
    }

    function _checkList(
        bytes memory m,
        Shape memory s,
        uint256 signing,
        uint256 list,
        uint256 next,
        uint256 extra
    ) private view {
        (next, extra) = _appendExtras(s, list, next, extra);
        if (extra != s.records) revert BatchMalformed(HEAD);
        bytes32 entries;
        assembly ("memory-safe") {
            entries := keccak256(list, sub(next, list))
        }
        bytes32 structHash = keccak256(abi.encode(Messages.CREDENTIAL_LIST, entries));
        bytes32 digest = Messages.digestIn(signing, structHash);
        if (!Signatures.byRegistrars(m, digest, s.listSignatures)) revert ElectionBadAttestation();
    }

    /// @dev Everything that makes a batch well formed depends on its bytes and the frozen manifest alone.
    function _shape(bytes memory m, bytes calldata batch) private pure returns (Shape memory s) {
        unchecked {
            uint256 start;
            assembly ("memory-safe") {
                start := batch.offset
            }
            uint256 head = Calldata.word(start);
            uint256 signers = m.threshold() * Signatures.SIGNED_BY;
            uint256 mode = head >> 216 & 0xff;
            s.flags = head >> 240 & 0xff;
            s.count = head >> 224 & 0xffff;
            s.each = mode == 1;
            s.extras = head >> 200 & 0xffff;
            if (batch.length < HEAD || head >> 248 != 1) revert BatchMalformed(0);
            if (s.flags > 7) revert BatchMalformed(1);
            if (s.count == 0) revert BatchMalformed(2);
            if (mode > 1 || signers == 0) revert BatchMalformed(4);
            if (s.each && s.extras != 0) revert BatchMalformed(5);
            s.listSignatures = start + HEAD;
            s.extrasAt = s.listSignatures + (s.each ? 0 : signers);
            s.records = s.extrasAt + EXTRA * s.extras;
            s.signature = 4 + (s.flags & HAS_WEIGHTS != 0 ? 8 : 0)
                + (s.flags & HAS_CLASSES != 0 ? 2 : 0) + (s.flags & HAS_ORDERS != 0 ? 5 : 0);
            s.payload = s.signature + 64;
            s.attestation =
                s.payload + m.choicesLength() + (m.secrecy() == ManifestReader.OPEN ? 0 : 65);
            s.stride = s.attestation + (s.each ? signers : 0);
            uint256 end = s.records + s.count * s.stride;
            if (end != start + batch.length) revert BatchMalformed(batch.length);
            _checkIndices(m, s);
        }
    }

    function _checkIndices(bytes memory m, Shape memory s) private pure {
        unchecked {
            uint256 threshold = m.threshold();
            uint256 registrars = m.registrarCount();
            if (!s.each) {
                if (!Signatures.areIndices(s.listSignatures, threshold, registrars)) {
                    revert BatchMalformed(HEAD);
                }
                return;
            }
            uint256 at = s.records + s.attestation;
            for (uint256 i; i < s.count; ++i) {
                if (!Signatures.areIndices(at, threshold, registrars)) {
                    revert BatchMalformed(HEAD + i * s.stride + s.attestation);
                }
                at += s.stride;
            }
        }
    }

    /// @dev Reads what stands before the signature. What the flags leave out keeps the value of a plain act.
    function _readHead(Act memory a, uint256 at, uint256 flags)
        private
        pure
        returns (uint256 voter)
    {
        unchecked {
            uint256 head = Calldata.word(at);
            voter = head >> 224;
            a.voter = a.holder = voter;
            if (flags == 0) return voter;
            head <<= 32;
            if (flags & HAS_WEIGHTS != 0) {
                a.weight = head >> 192;
                head <<= 64;
            }
            if (flags & HAS_CLASSES != 0) {
                a.class = head >> 240;
                head <<= 16;
            }
            if (flags & HAS_ORDERS != 0) {
                a.epoch = a.credentialEpoch = head >> 240;
                a.revision = head >> 224 & 0xffff;
                a.kind = head >> 216 & 0xff;
            }
        }
    }
}
