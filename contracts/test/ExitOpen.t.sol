// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {Target} from "./base/RegistryTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Open from schedule or commit until execution, cancellation or expiry, paused or not.
contract ExitOpenTest is GovernanceTest {
    function setUp() public override {
        super.setUp();
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.guardian = guardian;
        rotation.delay = DELAY;
        rotation.commitReveal = true;
        rotate(rotation);
    }

    function test_exitOpen_isFalseWhereNothingIsScheduledOrRegistered() public view {
        assertExit(false);
        vm.assertFalse(registry.exitOpen(address(other)));
        vm.assertFalse(registry.exitOpen(stranger));
    }

    function test_exitOpen_fromScheduleUntilExecution() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        schedule(approval);
        assertExit(true);
        vm.assertFalse(registry.exitOpen(address(other)));
        skip(DELAY);
        assertExit(true);
        registry.execute(approval);
        assertExit(false);
    }

    function test_exitOpen_untilTheGraceEnds() public {
        schedule(approvalOf(address(target)));
        vm.warp(NOW + DELAY + GRACE);
        assertExit(true);
        vm.warp(NOW + DELAY + GRACE + 1);
        assertExit(false);
    }

    function test_exitOpen_untilCancelled() public {
        bytes32 digest = schedule(approvalOf(address(target)));
        cancel(digest);
        assertExit(false);
    }

    function test_exitOpen_untilRejected() public {
        bytes32 digest = schedule(approvalOf(address(target)));
        reject(digest, 3);
        assertExit(true);
        reject(digest, 4);
        assertExit(false);
    }

    function test_exitOpen_fromCommitUntilReveal() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        ITypedMessages.Commitment memory commitment = commitmentOf(approval, "salt");
        registry.commit(commitment, quorum(digestOf(commitment)));
        assertExit(true);
        skip(DELAY);
        registry.reveal(commitment, approval, "salt", new IRegistryTypes.Deployment[](0));
        assertExit(false);
    }

    /// @dev Of any change: rotations too, until they are executed or cancelled.
    function test_exitOpen_forRotationsToo() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        scheduleRotation(rotation);
        assertExit(true);
        skip(DELAY);
        registry.executeRotation(rotation);
        assertExit(false);
        bytes32 digest = scheduleRotation(rotationOf(address(target)));
        assertExit(true);
        cancel(digest);
        assertExit(false);
    }

    /// @dev In a pause it stays open, and as much longer as the pause lasts.
    function test_exitOpen_pausedOrNot() public {
        schedule(approvalOf(address(target)));
        pause(7 days);
        assertExit(true);
        vm.warp(NOW + DELAY + GRACE + 7 days);
        assertExit(true);
        vm.warp(NOW + DELAY + GRACE + 7 days + 1);
        assertExit(false);
    }

    /// @dev The newest is gone and an older one still comes; and the other way round.
    function test_exitOpen_whileAnyOfSeveralCanCome() public {
        bytes32[] memory digests = new bytes32[](4);
        for (uint256 i = 0; i < 4; ++i) {
            digests[i] = schedule(approvalNumbered(address(target), i));
        }
        cancel(digests[3]);
        cancel(digests[1]);
        assertExit(true);
        reject(digests[0], 4);
        assertExit(true);
        cancel(digests[2]);
        assertExit(false);
        schedule(approvalNumbered(address(target), 4));
        assertExit(true);
    }

    /// @dev What was scheduled for the version before is void, and does not count.
    function test_exitOpen_startsAnewWithEveryVersion() public {
        schedule(approvalNumbered(address(target), 1));
        ITypedMessages.Approval memory approval = approvalNumbered(address(target), 2);
        schedule(approval);
        skip(DELAY);
        registry.execute(approval);
        assertExit(false);
        bytes32 digest = schedule(approvalNumbered(address(target), 3));
        assertExit(true);
        cancel(digest);
        assertExit(false);
    }

    /// @dev One change of two records opens both exits, and one guardian or expiry closes both.
    function test_exitOpen_ofEveryRecordOfAChange() public {
        (, bytes32 digest) = scheduleBoth();
        assertExit(true);
        vm.assertTrue(registry.exitOpen(address(other)));
        cancel(digest);
        assertExit(false);
        vm.assertFalse(registry.exitOpen(address(other)));
        (, digest) = scheduleBothNumbered(1);
        vm.assertTrue(registry.exitOpen(address(other)));
        rejectByOthers(digest, 2);
        vm.assertFalse(registry.exitOpen(address(other)));
        assertExit(false);
        scheduleBothNumbered(2);
        skip(DELAY + GRACE);
        vm.assertTrue(registry.exitOpen(address(other)));
        skip(1);
        vm.assertFalse(registry.exitOpen(address(other)));
    }

    function test_exitOpen_untilAllOfAChangeWasExecuted() public {
        (ITypedMessages.Approval memory approval,) = scheduleBoth();
        skip(DELAY);
        registry.execute(approval);
        assertExit(false);
        vm.assertFalse(registry.exitOpen(address(other)));
    }

    /// @dev Voided by the other record's change, it counts as coming until it would have expired: an exit too many.
    function test_exitOpen_thoughTheOtherRecordMoved() public {
        scheduleBoth();
        ITypedMessages.Approval memory alone = approvalOf(address(other));
        registry.finalize(alone, otherQuorum(digestOf(alone)));
        vm.assertFalse(registry.exitOpen(address(other)));
        assertExit(true);
        skip(DELAY + GRACE + 1);
        assertExit(false);
    }

    /// @dev So many are looked at; beyond them it counts as open, until the version moves.
    function test_exitOpen_looksAtThirtyTwo() public {
        bytes32 oldest = schedule(approvalNumbered(address(target), 0));
        for (uint256 i = 1; i <= 31; ++i) {
            cancel(schedule(approvalNumbered(address(target), i)));
        }
        assertExit(true);
        cancel(oldest);
        assertExit(false);
        ITypedMessages.Approval memory approval = approvalNumbered(address(target), 32);
        bytes32 newest = schedule(approval);
        cancel(newest);
        assertExit(true);
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        scheduleRotation(rotation);
        skip(DELAY);
        registry.executeRotation(rotation);
        assertExit(false);
    }

    /// @dev Records are counted, not changes: whoever asks can afford the answer, however many were put above one that
    /// can come.
    function test_exitOpen_costsNoMoreHoweverManyRecords() public {
        schedule(approvalOf(address(target)));
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        ITypedMessages.Upgrade memory first = approval.upgrades[0];
        approval.upgrades = new ITypedMessages.Upgrade[](20);
        approval.upgrades[0] = first;
        for (uint256 i = 1; i < 20; ++i) {
            address contractAddress = address(new Target(address(this)));
            register(contractAddress, signers, 6);
            approval.upgrades[i] = upgradeOf(contractAddress);
        }
        for (uint256 i = 0; i < 20; ++i) {
            approval.deadline -= 1;
            bytes32 digest = schedule(approval);
            ITypedMessages.Rejection memory rejection = rejectionOf(digest);
            registry.reject(approval.upgrades[19].contractAddress, rejection, lastOf(digestOf(rejection), 4));
        }
        uint256 left = gasleft();
        assertExit(true);
        vm.assertLt(left - gasleft(), 1_000_000);
    }

    function test_exitOpen_falseWithThirtyOneThatCannotCome() public {
        for (uint256 i = 0; i < 31; ++i) {
            cancel(schedule(approvalNumbered(address(target), i)));
        }
        assertExit(false);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function scheduleBothNumbered(uint256 number)
        private
        returns (ITypedMessages.Approval memory approval, bytes32 digest)
    {
        approval = approvalOfBoth();
        approval.upgrades[0].contractHash = bytes32(number);
        digest = digestOf(approval);
        registry.schedule(approval, bothQuorums(digest));
    }

    function assertExit(bool open) private view {
        vm.assertTrue(registry.exitOpen(address(target)) == open);
    }
}
