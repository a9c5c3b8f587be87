// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {Target} from "./base/RegistryTest.sol";
import {ReferencesTest} from "./base/ReferencesTest.sol";
import {Puppet} from "./base/Puppet.sol";
import {vm} from "./base/Vm.sol";

/// @notice Has its puppet call while it is constructed.
contract Constructed {
    constructor(Puppet puppet, address to, bytes memory data) {
        puppet.call(to, data);
    }
}

/// @notice R72, I6: whatever comes back from an upgrade's call finds the registry locked. The puppet is guardian, gate,
/// authority and signer of the other record, so that only the lock refuses it.
contract ReentrancyTest is ReferencesTest {
    Puppet private puppet;
    /// @dev As the other record, but for its delay.
    Target private late;
    bytes[] private attacks;

    function setUp() public override {
        super.setUp();
        puppet = new Puppet();
        late = new Target(address(this));
        register(address(late), others, 2);
        giveToPuppet(address(other), 0);
        giveToPuppet(address(late), 1);
        write(address(one));
    }

    function giveToPuppet(address contractAddress, uint32 delay) private {
        ITypedMessages.Rotation memory rotation = rotationOf(contractAddress);
        rotation.delay = delay;
        rotation.signers = listOf(address(puppet));
        rotation.contractSigners = 1;
        rotation.minSignatures = 1;
        rotation.authority = address(puppet);
        rotation.guardian = address(puppet);
        rotation.commitReveal = true;
        rotateOther(rotation);
        puppet.call(address(registry), abi.encodeCall(registry.acceptAuthority, (contractAddress)));
    }

    /// @dev Each of them passes from outside, and is refused from within.
    function test_call_comesBackToNoFunction() public {
        collect();
        for (uint256 i = 0; i < attacks.length; ++i) {
            ITypedMessages.Approval memory approval = approvalNumbered(address(target), i);
            approval.upgrades[0].calls =
                callsOf(address(puppet), abi.encodeCall(Puppet.call, (address(registry), attacks[i])));
            bytes memory signatures = sign(approval, 6);
            bytes32 before = governedStateOf(address(other));
            vm.expectRevert(
                abi.encodeWithSelector(
                    IRegistryTypes.CallReverted.selector,
                    address(puppet),
                    abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
                )
            );
            registry.finalize(approval, signatures);
            vm.assertEq(governedStateOf(address(other)), before);
            vm.assertEq(versionOf(address(target)), 1);
        }
        for (uint256 i = 0; i < attacks.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            if (bytes4(attacks[i]) == registry.unpause.selector) {
                puppet.call(address(registry), abi.encodeCall(registry.pause, (address(other), 1 days)));
            }
            puppet.call(address(registry), attacks[i]);
            vm.assertTrue(vm.revertToState(snapshot));
        }
    }

    /// @dev Neither from an executed change, nor from a revealed one, nor from a constructor that the reveal deploys.
    function test_call_comesBackFromNoRoad() public {
        collect();
        ITypedMessages.Call[] memory calls =
            callsOf(address(puppet), abi.encodeCall(Puppet.call, (address(registry), attacks[0])));
        bytes memory reason = abi.encodeWithSelector(
            IRegistryTypes.CallReverted.selector,
            address(puppet),
            abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
        setDelay(1);
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].calls = calls;
        schedule(approval);
        skip(1);
        vm.expectRevert(reason);
        registry.execute(approval);

        approval = approvalOf(address(other));
        approval.upgrades[0].calls = calls;
        ITypedMessages.Commitment memory commitment = commitmentOf(approval, "salt");
        puppet.call(address(registry), abi.encodeCall(registry.commit, (commitment, "")));
        IRegistryTypes.Deployment[] memory deployments = new IRegistryTypes.Deployment[](0);
        vm.expectRevert(reason);
        registry.reveal(commitment, approval, "salt", deployments);

        vm.etch(DEPLOYER, DEPLOYER_CODE);
        deployments = new IRegistryTypes.Deployment[](1);
        bytes memory arguments = abi.encode(puppet, address(registry), attacks[0]);
        deployments[0].initcode = bytes.concat(type(Constructed).creationCode, arguments);
        vm.expectRevert(failureOf(deployments[0]));
        registry.reveal(commitment, approval, "salt", deployments);
        (bool success,) = DEPLOYER.call(bytes.concat(bytes32(0), deployments[0].initcode));
        vm.assertTrue(success);
    }

    /// @dev What changes no record needs no lock: announcing, and the curatorship.
    function test_call_mayAnnounceAndAcceptCuratorship() public {
        vm.prank(curator);
        registry.proposeCurator(address(puppet));
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        ITypedMessages.Approval memory announced = approvalOf(address(other));
        approval.upgrades[0].calls = new ITypedMessages.Call[](2);
        approval.upgrades[0].calls[0] = callsOf(
            address(puppet),
            abi.encodeCall(Puppet.call, (address(registry), abi.encodeCall(registry.propose, (announced, ""))))
        )[0];
        approval.upgrades[0].calls[1] = callsOf(
            address(puppet),
            abi.encodeCall(Puppet.call, (address(registry), abi.encodeCall(registry.acceptCuratorship, ())))
        )[0];
        registry.finalize(approval, sign(approval, 6));
        vm.assertEq(registry.curator(), address(puppet));
        vm.assertEq(versionOf(address(target)), 2);
    }

    /// @dev What the executor itself sends never reaches the registry, not even the functions without a lock.
    function test_call_reachesNoGovernanceDirectly() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].calls =
            callsOf(address(registry), abi.encodeCall(registry.acceptAuthority, (address(other))));
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(IRegistryTypes.CallToRegistry.selector);
        registry.finalize(approval, signatures);
    }

    /// @dev Everything that takes the lock, in a form that passes from outside.
    function collect() private {
        ITypedMessages.Approval memory free = approvalOf(address(other));
        collectUpgrades(free);
        collectRotations();
        collectCommitments();
        collectFollowings();
        collectStops(digestOf(free));
        Target fresh = new Target(address(puppet));
        attacks.push(abi.encodeCall(registry.register, (address(fresh), HASH, LINK, signers, 0, 6)));
        skip(1);
    }

    function collectUpgrades(ITypedMessages.Approval memory free) private {
        ITypedMessages.Approval memory waiting = approvalNumbered(address(late), 1);
        act(abi.encodeCall(registry.schedule, (waiting, "")));
        attacks.push(abi.encodeCall(registry.finalize, (free, "")));
        attacks.push(abi.encodeCall(registry.schedule, (approvalOf(address(late)), "")));
        attacks.push(abi.encodeCall(registry.execute, (waiting)));
        attacks.push(abi.encodeCall(registry.cancel, (digestOf(waiting), address(late))));
    }

    function collectRotations() private {
        ITypedMessages.Rotation memory rotation = rotationOf(address(other));
        ITypedMessages.Rotation memory waiting = rotationOf(address(late));
        waiting.delay = 2;
        act(abi.encodeCall(registry.scheduleRotation, (waiting, "")));
        attacks.push(abi.encodeCall(registry.rotate, (rotation, "")));
        attacks.push(abi.encodeCall(registry.scheduleRotation, (rotationOf(address(late)), "")));
        attacks.push(abi.encodeCall(registry.executeRotation, (waiting)));

        Target pending = new Target(address(this));
        register(address(pending), others, 2);
        rotation = rotationOf(address(pending));
        rotation.authority = address(puppet);
        rotateOther(rotation);
        attacks.push(abi.encodeCall(registry.acceptAuthority, (address(pending))));
    }

    function collectCommitments() private {
        ITypedMessages.Approval memory hidden = approvalNumbered(address(other), 2);
        ITypedMessages.Commitment memory commitment = commitmentOf(hidden, "hidden");
        act(abi.encodeCall(registry.commit, (commitment, "")));
        IRegistryTypes.Deployment[] memory none = new IRegistryTypes.Deployment[](0);
        attacks.push(abi.encodeCall(registry.commit, (commitmentOf(hidden, "another"), "")));
        attacks.push(abi.encodeCall(registry.reveal, (commitment, hidden, "hidden", none)));
    }

    function collectFollowings() private {
        ITypedMessages.Following memory waiting = followingOf(address(late), manager, KEY);
        act(abi.encodeCall(registry.scheduleFollowing, (waiting, "")));
        ITypedMessages.Following memory later = followingOf(address(late), manager, KEY);
        later.deadline += 1;
        attacks.push(abi.encodeCall(registry.follow, (followingOf(address(other), manager, KEY), "")));
        attacks.push(abi.encodeCall(registry.scheduleFollowing, (later, "")));
        attacks.push(abi.encodeCall(registry.executeFollowing, (waiting)));
    }

    /// @dev Only a signer revokes, so that goes to a record where the puppet is one.
    function collectStops(bytes32 digest) private {
        ITypedMessages.Unpause memory message = unpauseOf(address(other));
        message.pauseNumber = 1;
        attacks.push(abi.encodeCall(registry.reject, (address(other), rejectionOf(digest), "")));
        attacks.push(abi.encodeCall(registry.pause, (address(other), 1 days)));
        attacks.push(abi.encodeCall(registry.unpause, (message, "")));
        Target own = new Target(address(this));
        registry.register(address(own), HASH, LINK, listOf(address(puppet)), 1, 1);
        attacks.push(abi.encodeCall(registry.revoke, (address(own), digest)));
    }

    function act(bytes memory data) private {
        puppet.call(address(registry), data);
    }
}
