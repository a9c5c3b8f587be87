// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice An account that can hold up, never change.
contract GateTest is GovernanceTest {
    function setUp() public override {
        super.setUp();
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.gate = gate;
        rotation.guardian = guardian;
        rotation.commitReveal = true;
        rotate(rotation);
    }

    /// @dev I13.
    function testFuzz_finalize_revertsForAllButTheGate(address sender) public {
        vm.assume(sender != gate);
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 6);
        expectOnlyGate(sender);
        vm.prank(sender);
        registry.finalize(approval, signatures);
        vm.prank(gate);
        registry.finalize(approval, signatures);
        vm.assertEq(versionOf(address(target)), 3);
    }

    /// @dev It needs the signatures like anybody.
    function test_finalize_revertsForTheGateWithoutQuorum() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 5);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        vm.prank(gate);
        registry.finalize(approval, signatures);
    }

    /// @dev What it let in anyone may execute.
    function test_schedule_revertsForAllButTheGate() public {
        delayTarget();
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 6);
        expectOnlyGate(stranger);
        vm.prank(stranger);
        registry.schedule(approval, signatures);
        vm.prank(gate);
        registry.schedule(approval, signatures);
        skip(DELAY);
        vm.prank(stranger);
        registry.execute(approval);
        vm.assertEq(versionOf(address(target)), 4);
    }

    function test_commitAndReveal_revertForAllButTheGate() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        ITypedMessages.Commitment memory commitment = commitmentOf(approval, "salt");
        bytes memory signatures = quorum(digestOf(commitment));
        IRegistryTypes.Deployment[] memory none = new IRegistryTypes.Deployment[](0);
        expectOnlyGate(stranger);
        vm.prank(stranger);
        registry.commit(commitment, signatures);
        vm.prank(gate);
        registry.commit(commitment, signatures);
        expectOnlyGate(stranger);
        vm.prank(stranger);
        registry.reveal(commitment, approval, "salt", none);
        vm.prank(gate);
        registry.reveal(commitment, approval, "salt", none);
        vm.assertEq(versionOf(address(target)), 3);
    }

    /// @dev The signers can remove it without it.
    function test_rotate_ignoresTheGate() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.gate = address(0);
        bytes memory signatures = quorum(digestOf(rotation));
        vm.prank(stranger);
        registry.rotate(rotation, signatures);
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        registry.finalize(approval, sign(approval, 6));
    }

    function test_scheduleRotation_ignoresTheGate() public {
        delayTarget();
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.gate = address(0);
        scheduleRotation(rotation);
        skip(DELAY);
        registry.executeRotation(rotation);
        vm.assertEq(registry.rulesOf(address(target)).gate, address(0));
    }

    /// @dev Nor does it hold up rejections, revocations, pauses and their end, or announcements.
    function test_gate_holdsUpNothingElse() public {
        reject(keccak256("it"), 1);
        vm.prank(signers[0]);
        registry.revoke(address(target), keccak256("it"));
        pause(1 days);
        unpause();
        registry.propose(approvalOf(address(target)), "");
    }

    /// @dev One record's gate holds up the whole.
    function test_finalize_oneGateOfSeveralRecords() public {
        ITypedMessages.Approval memory approval = approvalOfBoth();
        bytes memory signatures = bothQuorums(digestOf(approval));
        expectOnlyGate(address(this));
        registry.finalize(approval, signatures);
        vm.prank(gate);
        registry.finalize(approval, signatures);
        vm.assertEq(versionOf(address(other)), 2);
    }

    function test_finalize_revertsWhereRecordsHaveDifferentGates() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(other));
        rotation.gate = stranger;
        rotateOther(rotation);
        ITypedMessages.Approval memory approval = approvalOfBoth();
        bytes memory signatures = bothQuorums(digestOf(approval));
        expectOnlyGate(stranger);
        vm.prank(stranger);
        registry.finalize(approval, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.OnlyGate.selector, address(other), gate, stranger));
        vm.prank(gate);
        registry.finalize(approval, signatures);
    }

    /// @dev A record with an authority has no other gate: neither must it pass, nor is it let through.
    function test_acceptAuthority_replacesTheGate() public {
        address authority = address(0xA0);
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.authority = authority;
        rotate(rotation);
        // Pending, the signers rule, and behind the gate.
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 6);
        expectOnlyGate(address(this));
        registry.finalize(approval, signatures);

        vm.prank(authority);
        registry.acceptAuthority(address(target));
        approval = approvalOf(address(target));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.OnlyAuthority.selector, address(target), gate, authority));
        vm.prank(gate);
        registry.finalize(approval, "");
        vm.prank(authority);
        registry.finalize(approval, "");

        // Revealed by anyone, where a gate alone would have had to.
        approval = approvalOf(address(target));
        ITypedMessages.Commitment memory commitment = commitmentOf(approval, "salt");
        vm.prank(authority);
        registry.commit(commitment, "");
        registry.reveal(commitment, approval, "salt", new IRegistryTypes.Deployment[](0));
        vm.assertEq(versionOf(address(target)), 6);
    }

    /// @dev One has an authority, the other a gate: nobody is both, unless he is.
    function test_finalize_authorityOfOneAndGateOfTheOther() public {
        address authority = address(0xA0);
        ITypedMessages.Rotation memory rotation = rotationOf(address(other));
        rotation.authority = authority;
        rotateOther(rotation);
        vm.prank(authority);
        registry.acceptAuthority(address(other));
        ITypedMessages.Approval memory approval = approvalOfBoth();
        bytes memory signatures = quorum(digestOf(approval));
        expectOnlyGate(authority);
        vm.prank(authority);
        registry.finalize(approval, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.OnlyAuthority.selector, address(other), gate, authority));
        vm.prank(gate);
        registry.finalize(approval, signatures);
    }

    function expectOnlyGate(address sender) private {
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.OnlyGate.selector, address(target), sender, gate));
    }

    function delayTarget() private {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.delay = DELAY;
        rotate(rotation);
    }
}
