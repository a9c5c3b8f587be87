// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice An ERC-1271 signer that signs what it is told to, and can be turned to deny it.
contract Switch is IERC1271 {
    enum Mood {
        Honest,
        Refusing,
        Reverting
    }

    Mood private mood;
    mapping(bytes32 digest => bool) private signed;

    function turn(Mood mood_) external {
        mood = mood_;
    }

    function sign(bytes32 digest) external {
        signed[digest] = true;
    }

    function agrees(bytes32 digest) public view returns (bool) {
        return mood == Mood.Honest && signed[digest];
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        if (mood == Mood.Reverting) revert("not now");
        return agrees(digest) ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
