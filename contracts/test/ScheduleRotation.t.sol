// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Where the record has a delay, a rotation waits for it.
contract ScheduleRotationTest is GovernanceTest {
    function setUp() public override {
        super.setUp();
        setDelay(DELAY);
    }

    function test_scheduleRotation_tellsItAndMovesNothing() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.delay = 0;
        bytes32 digest = digestOf(rotation);
        bytes memory signatures = quorum(digest);
        bytes32 before = stateOf(address(target));
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.RotationScheduled(digest, rotation);
        registry.scheduleRotation(rotation, signatures);
        vm.assertEq(stateOf(address(target)), before);
        vm.assertEq(uint256(registry.rulesOf(address(target)).delay), DELAY);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -int256(uint256(DELAY)));
    }

    /// @dev R87: a delay is not lowered at once.
    function test_executeRotation_fromRipeUntilTheGraceEnds() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.delay = 0;
        bytes32 digest = scheduleRotation(rotation);
        uint256 start = vm.getBlockTimestamp();
        vm.warp(start + DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRipe.selector, digest, int256(-1)));
        registry.executeRotation(rotation);
        vm.warp(start + DELAY + GRACE + 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.Expired.selector, digest, GRACE + 1));
        registry.executeRotation(rotation);
        vm.warp(start + DELAY + GRACE);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Executed(digest);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Rotated(address(target), digest, rotation);
        registry.executeRotation(rotation);
        vm.assertEq(uint256(registry.rulesOf(address(target)).delay), 0);
        assertScheduled(digest, IRegistryTypes.Status.Executed, 0);
    }

    function test_executeRotation_whenRipeByAnyone() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        scheduleRotation(rotation);
        skip(DELAY);
        vm.prank(stranger);
        registry.executeRotation(rotation);
        vm.assertEq(versionOf(address(target)), 3);
    }

    function test_scheduleRotation_needsTheQuorumInTime() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        bytes memory signatures = signBy(digestOf(rotation), keys, 5);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        registry.scheduleRotation(rotation, signatures);
        signatures = quorum(digestOf(rotation));
        vm.warp(rotation.deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.DeadlinePassed.selector, rotation.deadline, rotation.deadline + 1)
        );
        registry.scheduleRotation(rotation, signatures);
    }

    function test_scheduleRotation_noneIsScheduledTwice() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        bytes32 digest = scheduleRotation(rotation);
        bytes memory signatures = quorum(digest);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.AlreadyScheduled.selector, digest, IRegistryTypes.Status.Waiting)
        );
        registry.scheduleRotation(rotation, signatures);
    }

    function test_executeRotation_revertsForWhatWasNeverScheduled() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        bytes32 digest = digestOf(rotation);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.None));
        registry.executeRotation(rotation);
        rotation.contractAddress = stranger;
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, stranger));
        registry.executeRotation(rotation);
    }

    /// @dev What could never be a council is refused when it would become one, and blocks nothing.
    function test_executeRotation_refusesImpossibleSigners() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.minSignatures = 10;
        bytes32 digest = scheduleRotation(rotation);
        skip(DELAY);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.MinSignaturesInvalid.selector, 10, 9));
        registry.executeRotation(rotation);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, 0);
        rotation = rotationOf(address(target));
        rotation.delay = 30 days + 1;
        scheduleRotation(rotation);
        skip(DELAY);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DelayTooLong.selector, 30 days + 1, 30 days));
        registry.executeRotation(rotation);
    }
}
