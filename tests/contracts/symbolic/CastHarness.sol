// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CastModule} from "../../../contracts/modules/CastModule.sol";
import {ManifestReader} from "../../../contracts/libraries/ManifestReader.sol";

/// @title The module for compact batches, in an election that can be frozen at will
contract CastHarness is CastModule {
    function freeze() external {
        _counters.flags = FROZEN;
    }

    function phase() external view returns (Phase) {
        return _phase(ManifestReader.load());
    }
}
