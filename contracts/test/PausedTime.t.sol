// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice An upgrade's delay and grace stand still in a pause; a rotation's run on.
contract PausedTimeTest is GovernanceTest {
    function setUp() public override {
        super.setUp();
        setDelay(0);
    }

    /// @dev A pause never eats the users' time to leave: nor does the change run out meanwhile.
    function test_scheduled_standsStillInAPause() public {
        setDelay(DELAY);
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes32 digest = schedule(approval);
        skip(1 days);
        pause(2 days);
        skip(1 days);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -2 days);
        skip(1 days);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -2 days);
        vm.warp(NOW + DELAY + 2 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRipe.selector, digest, int256(-1)));
        registry.execute(approval);
        vm.warp(NOW + DELAY + 2 days);
        registry.execute(approval);
    }

    function test_scheduled_graceStandsStillInAPause() public {
        setDelay(1 days);
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes32 digest = schedule(approval);
        vm.warp(NOW + 1 days + GRACE - 1);
        pause(7 days);
        vm.warp(NOW + 1 days + GRACE + 7 days + 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.Expired.selector, digest, GRACE + 1));
        registry.execute(approval);
        vm.warp(NOW + 1 days + GRACE + 7 days);
        registry.execute(approval);
    }

    /// @dev What passed of a pause before the scheduling is no gain.
    function test_scheduled_inTheMiddleOfAPause() public {
        setDelay(1 days);
        pause(4 days);
        skip(1 days);
        bytes32 digest = schedule(approvalOf(address(target)));
        skip(2 days);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -1 days);
        skip(2 days);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, 0);
    }

    function test_scheduled_afterAPauseCountsInFull() public {
        setDelay(1 days);
        pause(4 days);
        skip(5 days);
        bytes32 digest = schedule(approvalOf(address(target)));
        skip(2 days);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, 1 days);
    }

    /// @dev Two pauses while it waits, the first ended by the signers.
    function test_scheduled_standsStillInEveryPause() public {
        setDelay(30 days);
        bytes32 digest = schedule(approvalOf(address(target)));
        pause(7 days);
        skip(3 days);
        unpause();
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -30 days);
        vm.warp(NOW + 30 days);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -3 days);
        pause(7 days);
        vm.warp(NOW + 40 days);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, 0);
    }

    /// @dev A rotation's time runs on, so no guardian holds his successor up.
    function test_scheduled_rotationRunsOnInAPause() public {
        setDelay(DELAY);
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        bytes32 digest = scheduleRotation(rotation);
        pause(7 days);
        skip(1 days);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -2 days);
        vm.warp(NOW + DELAY + GRACE + 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.Expired.selector, digest, GRACE + 1));
        registry.executeRotation(rotation);
    }

    /// @dev However pauses and scheduling lie: unpaused seconds, counted one way here and another way there.
    function testFuzz_scheduled_countsUnpausedTime(uint32 begun, uint24 duration, uint32 endedAfter, uint32 passed)
        public
    {
        setDelay(1);
        begun = begun % 20 days;
        duration = duration % (7 days + 1);
        passed = passed % 50 days;
        endedAfter = endedAfter % 10 days;
        pause(duration);
        uint256 end = NOW + duration;
        if (begun < endedAfter && endedAfter < duration) {
            // Scheduled first, unpaused later.
            vm.warp(NOW + begun);
            bytes32 early = schedule(approvalOf(address(target)));
            vm.warp(NOW + endedAfter);
            unpause();
            vm.warp(NOW + endedAfter + passed);
            assertScheduled(early, IRegistryTypes.Status.Waiting, int256(uint256(passed)) - 1);
            return;
        }
        if (endedAfter < duration) {
            vm.warp(NOW + endedAfter);
            unpause();
            end = NOW + endedAfter;
        }
        vm.warp(NOW + begun);
        bytes32 digest = schedule(approvalOf(address(target)));
        uint256 from = NOW + begun > end ? NOW + begun : end;
        uint256 now_ = NOW + begun + passed;
        vm.warp(now_);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, int256(now_ > from ? now_ - from : 0) - 1);
    }

    /// @dev Of each record, what it was paused before does not count.
    function test_scheduled_countsNoEarlierPauseOfTheSecondRecord() public {
        setDelay(DELAY);
        setOtherDelay(DELAY);
        pauseOther(7 days);
        skip(8 days);
        (, bytes32 digest) = scheduleBoth();
        skip(DELAY);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, 0);
    }
}
