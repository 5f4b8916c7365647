// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ElectionState} from "./ElectionState.sol";
import {IElectionActions} from "./interfaces/IElectionActions.sol";
import {IElectionViews} from "./interfaces/IElectionViews.sol";
import {Agenda} from "./libraries/Agenda.sol";
import {Decision} from "./libraries/Decision.sol";
import {ManifestReader} from "./libraries/ManifestReader.sol";
import {Messages} from "./libraries/Messages.sol";

/// @title One election
/// @notice Clones of this contract hold one election each. Acts go to modules that are fixed here for ever, over the
/// storage of `ElectionState`; what a person would look up is answered here.
contract Election is ElectionState, IElectionActions, IElectionViews {
    using ManifestReader for bytes;

    address private immutable _self;
    address private immutable _setup;
    address private immutable _cast;
    address private immutable _wide;
    address private immutable _desk;
    address private immutable _settle;
    address private immutable _open;
    address private immutable _void;

    constructor(address[7] memory fixedModules) {
        _self = address(this);
        _setup = fixedModules[0];
        _cast = fixedModules[1];
        _wide = fixedModules[2];
        _desk = fixedModules[3];
        _settle = fixedModules[4];
        _open = fixedModules[5];
        _void = fixedModules[6];
        _progress.initialised = true;
    }

    /// @inheritdoc IElectionActions
    function initialise() external {
        if (_progress.initialised) revert ElectionAlreadyInitialised();
        bytes32 hash = keccak256(
            abi.encode(Messages.TAG_MANIFEST, system(), keccak256(ManifestReader.load()))
        );
        _delegate(_setup, abi.encodeWithSignature("initialise(bytes32)", hash));
    }

    /// @inheritdoc IElectionActions
    function publishText(string calldata) external {
        _delegate(_setup, msg.data);
    }

    /// @inheritdoc IElectionActions
    function publishRoll(uint32, bytes calldata) external {
        _delegate(_setup, msg.data);
    }

    /// @inheritdoc IElectionActions
    function freeze() external {
        _delegate(_setup, msg.data);
    }

    /// @inheritdoc IElectionActions
    function cancel() external {
        _delegate(_setup, msg.data);
    }

    /// @inheritdoc IElectionActions
    function cast(bytes calldata) external {
        _delegate(_cast, msg.data);
    }

    /// @inheritdoc IElectionActions
    function castWide(bytes calldata) external {
        _delegate(_wide, msg.data);
    }

    /// @inheritdoc IElectionActions
    function castDesk(bytes calldata) external {
        _delegate(_desk, msg.data);
    }

    /// @inheritdoc IElectionActions
    function rebind(uint32, uint16, bytes calldata) external {
        _delegate(_wide, msg.data);
    }

    /// @inheritdoc IElectionActions
    function settle(uint32, bytes32, bytes calldata) external {
        _delegate(_settle, msg.data);
    }

    /// @inheritdoc IElectionActions
    function releaseKey(uint256) external {
        _delegate(_open, msg.data);
    }

    /// @inheritdoc IElectionActions
    function open(uint32, bytes32, bytes calldata) external {
        _delegate(_open, msg.data);
    }

    /// @inheritdoc IElectionActions
    function openActs(bytes calldata) external {
        _delegate(_open, msg.data);
    }

    /// @inheritdoc IElectionActions
    function voidFirst(uint32, bytes32, bytes32[] calldata, uint256, SealedBallot calldata)
        external
    {
        _delegate(_void, msg.data);
    }

    /// @inheritdoc IElectionActions
    function voidAct(SealedBallot calldata) external {
        _delegate(_void, msg.data);
    }

    /// @inheritdoc IElectionActions
    function certify() external {
        _delegate(_settle, msg.data);
    }

    /// @inheritdoc IElectionViews
    function phase() external view returns (Phase) {
        return _phase(ManifestReader.load());
    }

    /// @inheritdoc IElectionViews
    function turnout()
        external
        view
        returns (uint256 heads, uint256 weight, uint256 rollSize, uint256 rollWeight)
    {
        bytes memory m = ManifestReader.load();
        return (_counters.live, _counters.liveWeight, m.rollSize(), m.rollWeight());
    }

    /// @inheritdoc IElectionViews
    function hasBallot(uint32 voter) external view returns (bool) {
        uint256 acts = _slots[voter];
        if (acts & HAS_ACT != 0) return acts & IS_BALLOT != 0;
        return acts == 0 ? _bit(_acted, voter) : acts & HAS_FIRST != 0;
    }

    /// @inheritdoc IElectionViews
    function result(uint256 item) external view returns (Decision.Result memory) {
        bytes memory m = ManifestReader.load();
        if (item >= m.itemCount()) revert ElectionInvalidManifest(300);
        return Decision.decide(Agenda.load(m), item, _phase(m), _turnout, _tally, _strata);
    }

    /// @inheritdoc IElectionViews
    function rules() external view returns (Rules memory r) {
        bytes memory m = ManifestReader.load();
        r.secrecy = uint8(m.secrecy());
        r.organiser = m.organiser();
        r.rollSize = uint32(m.rollSize());
        r.rollWeight = uint64(m.rollWeight());
        r.rollRoot = m.rollRoot();
        r.opensAt = uint64(m.opensAt());
        r.closesAt = uint64(m.closesAt());
        r.barrierAt = uint64(m.barrierAt());
        r.openingAt = uint64(m.openingAt());
        r.keyDeadline = uint64(m.keyDeadline());
        r.certifyAt = uint64(m.certifyAt());
        r.rebindUntil = uint64(m.rebindUntil());
        r.threshold = uint8(m.threshold());
        r.registrars = new address[](m.registrarCount());
        for (uint256 i; i < r.registrars.length; ++i) {
            r.registrars[i] = m.registrar(i);
        }
        r.clerks = new address[](m.clerkCount());
        for (uint256 i; i < r.clerks.length; ++i) {
            r.clerks[i] = m.clerk(i);
        }
        r.items = uint16(m.itemCount());
    }

    /// @inheritdoc IElectionViews
    function manifest() external view returns (bytes memory) {
        return ManifestReader.load();
    }

    /// @inheritdoc IElectionViews
    function manifestHash() external view returns (bytes32) {
        return _manifestHash;
    }

    /// @inheritdoc IElectionViews
    function domainSeparator() external view returns (bytes32) {
        return Messages.domain(_manifestHash);
    }

    /// @inheritdoc IElectionViews
    function progress() external view returns (Progress memory, Counters memory) {
        return (_progress, _counters);
    }

    /// @inheritdoc IElectionViews
    function secret() external view returns (uint256) {
        return _secret;
    }

    /// @inheritdoc IElectionViews
    function slot(uint32 voter) external view returns (uint256) {
        return _slots[voter];
    }

    /// @inheritdoc IElectionViews
    function batch(uint32 number) external view returns (bytes32) {
        return _batches[number];
    }

    /// @inheritdoc IElectionViews
    function stratum(uint256 number)
        external
        view
        returns (uint256 turnoutWord, uint256[] memory lanes)
    {
        Agenda.Book memory book = Agenda.load(ManifestReader.load());
        turnoutWord = _turnout[number];
        lanes = new uint256[](book.words * book.planes);
        for (uint256 i; i < lanes.length; ++i) {
            lanes[i] = _tally[number][i];
        }
    }

    /// @inheritdoc IElectionViews
    function modules() public view returns (address[] memory list) {
        list = new address[](8);
        list[0] = _self;
        list[1] = _setup;
        list[2] = _cast;
        list[3] = _wide;
        list[4] = _desk;
        list[5] = _settle;
        list[6] = _open;
        list[7] = _void;
    }

    /// @inheritdoc IElectionViews
    function system() public view returns (bytes32) {
        address[] memory list = modules();
        bytes32[] memory hashes = new bytes32[](list.length);
        for (uint256 i; i < list.length; ++i) {
            hashes[i] = list[i].codehash;
        }
        return keccak256(abi.encodePacked(Messages.TAG_SYSTEM, hashes));
    }

    function _delegate(address module, bytes memory input) private {
        assembly ("memory-safe") {
            let ok := delegatecall(gas(), module, add(input, 32), mload(input), 0, 0)
            let free := mload(0x40)
            returndatacopy(free, 0, returndatasize())
            switch ok
            case 0 { revert(free, returndatasize()) }
            default { return(free, returndatasize()) }
        }
    }
}
