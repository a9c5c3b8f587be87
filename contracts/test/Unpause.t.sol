// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice The end of a pause before its time, by a quorum.
contract UnpauseTest is GovernanceTest {
    function setUp() public override {
        super.setUp();
        setDelay(0);
    }

    function test_unpause_endsItAndMovesNoVersion() public {
        pause(7 days);
        skip(1 days);
        ITypedMessages.Unpause memory message = unpauseOf(address(target));
        bytes32 digest = digestOf(message);
        bytes memory signatures = quorum(digest);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Unpaused(address(target), 1, digest);
        vm.prank(stranger);
        registry.unpause(message, signatures);
        assertPause(1, NOW, NOW + 1 days);
        vm.assertEq(versionOf(address(target)), 2);
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        registry.finalize(approval, sign(approval, 6));
    }

    /// @dev Within the second in which it began, too.
    function test_unpause_atOnce() public {
        pause(7 days);
        unpause();
        assertPause(1, NOW, NOW);
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        registry.finalize(approval, sign(approval, 6));
    }

    /// @dev I3.
    function test_unpause_revertsTheSecondTimeAndWhereNothingIsPaused() public {
        ITypedMessages.Unpause memory message = unpauseOf(address(target));
        bytes memory signatures = quorum(digestOf(message));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RecordNotPaused.selector, address(target)));
        registry.unpause(message, signatures);

        pause(7 days);
        message = unpauseOf(address(target));
        signatures = quorum(digestOf(message));
        registry.unpause(message, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RecordNotPaused.selector, address(target)));
        registry.unpause(message, signatures);
    }

    function test_unpause_untilItEndsByItself() public {
        pause(1 days);
        ITypedMessages.Unpause memory message = unpauseOf(address(target));
        bytes memory signatures = quorum(digestOf(message));
        vm.warp(NOW + 1 days);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RecordNotPaused.selector, address(target)));
        registry.unpause(message, signatures);
        vm.warp(NOW + 1 days - 1);
        registry.unpause(message, signatures);
    }

    /// @dev Signed for one pause, it ends no later one.
    function test_unpause_isForOnePause() public {
        ITypedMessages.Unpause memory message = unpauseOf(address(target));
        message.pauseNumber = 1;
        message.deadline = uint64(NOW + 30 days);
        bytes memory signatures = quorum(digestOf(message));
        pause(1);
        vm.warp(NOW + 30 days);
        pause(7 days);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.PauseNumberMismatch.selector, address(target), 1, 2));
        registry.unpause(message, signatures);
        message.pauseNumber = 3;
        signatures = quorum(digestOf(message));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.PauseNumberMismatch.selector, address(target), 3, 2));
        registry.unpause(message, signatures);
    }

    /// @dev The version is bound, so what former signers signed is dead.
    function test_unpause_revertsForFormerSigners() public {
        pause(7 days);
        ITypedMessages.Unpause memory message = unpauseOf(address(target));
        bytes memory signatures = quorum(digestOf(message));
        rotate(rotationOf(address(target)));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        registry.unpause(message, signatures);
        unpause();
    }

    function test_unpause_needsTheQuorumInTime() public {
        pause(7 days);
        ITypedMessages.Unpause memory message = unpauseOf(address(target));
        bytes memory signatures = signBy(digestOf(message), keys, 5);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        registry.unpause(message, signatures);
        message.deadline = uint64(NOW - 1);
        signatures = quorum(digestOf(message));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DeadlinePassed.selector, NOW - 1, NOW));
        registry.unpause(message, signatures);
        message.deadline = uint64(NOW + 30 days + 1);
        signatures = quorum(digestOf(message));
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.DeadlineTooFar.selector, NOW + 30 days + 1, NOW + 30 days)
        );
        registry.unpause(message, signatures);
    }

    function test_unpause_revertsForUnregistered() public {
        ITypedMessages.Unpause memory message = unpauseOf(stranger);
        bytes memory signatures = quorum(digestOf(message));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, stranger));
        registry.unpause(message, signatures);
    }

    function test_unpause_revertsForARejectedMessage() public {
        pause(7 days);
        ITypedMessages.Unpause memory message = unpauseOf(address(target));
        bytes32 digest = digestOf(message);
        bytes memory signatures = signBy(digest, keys, 9);
        reject(digest, 4);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, digest, address(target), 4, 4));
        registry.unpause(message, signatures);
    }

    /// @dev I8.
    function test_unpause_refusesEveryChangedField() public {
        setOtherDelay(0);
        pause(7 days);
        pauseOther(7 days);
        ITypedMessages.Unpause memory message = unpauseOf(address(target));
        bytes memory signatures = quorum(digestOf(message));
        for (uint256 i = 0; i < 4; ++i) {
            ITypedMessages.Unpause memory changed = unpauseOf(address(target));
            if (i == 0) changed.contractAddress = address(other);
            if (i == 1) changed.version += 1;
            if (i == 2) changed.pauseNumber += 1;
            if (i == 3) changed.deadline += 1;
            vm.expectPartialRevert(
                i == 1 ? IRegistryTypes.VersionMismatch.selector : IRegistryTypes.SignerUnknown.selector
            );
            registry.unpause(changed, signatures);
        }
        registry.unpause(message, signatures);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function assertPause(uint256 number, uint256 from, uint256 until) private view {
        IRegistryTypes.Pause memory found = registry.pauseOf(address(target));
        vm.assertEq(uint256(found.number), number);
        vm.assertEq(uint256(found.from), from);
        vm.assertEq(uint256(found.until), until);
    }
}
