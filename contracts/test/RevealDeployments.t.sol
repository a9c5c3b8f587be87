// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {CommitRevealTest} from "./base/CommitRevealTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice What a reveal deploys before the code is looked at.
contract RevealDeploymentsTest is CommitRevealTest {
    /// @dev Nothing of the fix is on chain before.
    function test_reveal_deploysBeforeTheCodeIsLookedAt() public {
        IRegistryTypes.Deployment[] memory deployments = deploymentOf(INITCODE);
        address account = placeOf(deployments[0]);
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].code = codeOf(account);
        approval.upgrades[0].code[0].codeHash = keccak256(hex"01");
        ITypedMessages.Commitment memory commitment = commitTo(approval);
        skip(DELAY);
        vm.assertEq(account.code.length, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.CodeMismatch.selector, account, bytes32(0), keccak256(hex"01"))
        );
        registry.reveal(commitment, approval, SALT, none());
        registry.reveal(commitment, approval, SALT, deployments);
        vm.assertEq(account.code, hex"01");
        vm.assertEq(versionOf(address(target)), 3);
    }

    /// @dev Somebody who saw it in the mempool was first, or it stands in the list twice.
    function test_reveal_skipsWhatAlreadyStands() public {
        (ITypedMessages.Approval memory approval, ITypedMessages.Commitment memory commitment) = commit();
        skip(DELAY);
        IRegistryTypes.Deployment[] memory deployments = new IRegistryTypes.Deployment[](2);
        deployments[0] = deploymentOf(INITCODE)[0];
        deployments[1] = deployments[0];
        (bool success,) = DEPLOYER.call(bytes.concat(deployments[0].salt, deployments[0].initcode));
        vm.assertTrue(success);
        vm.expectCall(DEPLOYER, "", 0);
        registry.reveal(commitment, approval, SALT, deployments);
        vm.assertEq(versionOf(address(target)), 3);
    }

    function test_reveal_revertsForWhatCannotBeDeployed() public {
        (ITypedMessages.Approval memory approval, ITypedMessages.Commitment memory commitment) = commit();
        skip(DELAY);
        bytes[2] memory initcodes = [REVERTING, bytes("")];
        for (uint256 i = 0; i < 2; ++i) {
            IRegistryTypes.Deployment[] memory deployments = deploymentOf(initcodes[i]);
            vm.expectRevert(failureOf(deployments[0]));
            registry.reveal(commitment, approval, SALT, deployments);
        }
        assertScheduled(digestOf(commitment), IRegistryTypes.Status.Waiting, 0);
    }

    function test_reveal_revertsWhereThereIsNoDeployer() public {
        (ITypedMessages.Approval memory approval, ITypedMessages.Commitment memory commitment) = commit();
        skip(DELAY);
        vm.etch(DEPLOYER, "");
        IRegistryTypes.Deployment[] memory deployments = deploymentOf(INITCODE);
        vm.expectRevert(failureOf(deployments[0]));
        registry.reveal(commitment, approval, SALT, deployments);
    }
}
