// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

interface ICheats {
    function assume(bool condition) external pure;
}

/// @title Conditions under which a property is claimed
abstract contract Assume {
    ICheats internal constant CHEATS = ICheats(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    function assume(bool condition) internal pure {
        CHEATS.assume(condition);
    }
}
