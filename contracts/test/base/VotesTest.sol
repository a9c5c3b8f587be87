// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITypedMessages} from "../../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "./GovernanceTest.sol";

/// @notice An approval of the target with the signatures of all nine, of whom six must sign.
abstract contract VotesTest is GovernanceTest {
    ITypedMessages.Approval internal approval;
    bytes32 internal digest;
    bytes internal all;

    function setUp() public virtual override {
        super.setUp();
        ITypedMessages.Upgrade memory upgrade = upgradeOf(address(target));
        approval.deadline = uint64(NOW + 14 days);
        approval.upgrades.push();
        approval.upgrades[0].contractAddress = upgrade.contractAddress;
        approval.upgrades[0].version = upgrade.version;
        approval.upgrades[0].contractHash = upgrade.contractHash;
        approval.upgrades[0].contractLink = upgrade.contractLink;
        digest = digestOf(approval);
        all = signBy(digest, keys, 9);
    }
}
