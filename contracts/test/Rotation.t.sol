// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {Wallet} from "./ContractSigners.t.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Signers and governance replaced as a whole: what that changes and voids, and what is refused.
contract RotationTest is GovernanceTest {
    // ------------------------------------------------------------------------------------------------------- effects

    function test_rotate_replacesSignersAndGovernanceAsAWhole() public {
        address executor = registry.executor(address(target));
        ITypedMessages.Rotation memory rotation = fullRotation();
        rotate(rotation);

        IRegistryTypes.Record memory record = registry.record(address(target));
        vm.assertEq(record.signers, others);
        vm.assertEq(uint256(record.contractSigners), 0);
        vm.assertEq(uint256(record.minSignatures), 2);
        vm.assertEq(uint256(record.version), 2);
        IRegistryTypes.Rules memory rules = registry.rulesOf(address(target));
        vm.assertEq(rules.authority, address(0xA0));
        vm.assertEq(rules.guardian, guardian);
        vm.assertEq(rules.gate, gate);
        vm.assertEq(uint256(rules.delay), DELAY);
        vm.assertTrue(rules.commitReveal);
        vm.assertFalse(rules.accepted);

        vm.assertEq(record.contractHash, HASH);
        vm.assertEq(record.contractLink, LINK);
        vm.assertEq(registry.executor(address(target)), executor);
    }

    function test_rotate_tellsTheRotation() public {
        ITypedMessages.Rotation memory rotation = fullRotation();
        bytes32 digest = digestOf(rotation);
        bytes memory signatures = quorum(digest);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Rotated(address(target), digest, rotation);
        registry.rotate(rotation, signatures);
    }

    function test_rotate_touchesNoOtherRecord() public {
        bytes32 before = governedStateOf(address(other));
        rotate(fullRotation());
        vm.assertEq(governedStateOf(address(other)), before);
    }

    function test_rotate_takesAllRulesAway() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.guardian = guardian;
        rotation.gate = gate;
        rotation.commitReveal = true;
        rotate(rotation);
        rotation = rotationOf(address(target));
        rotation.guardian = address(0);
        rotation.gate = address(0);
        rotation.commitReveal = false;
        rotate(rotation);
        vm.assertEq(keccak256(abi.encode(registry.rulesOf(address(target)))), keccak256(new bytes(192)));
    }

    /// @dev Any one of the rules alone is kept: the store leaves out only what has none.
    function test_rotate_keepsEachRuleAlone() public {
        for (uint256 i = 0; i < 5; ++i) {
            ITypedMessages.Rotation memory rotation = rotationOf(address(target));
            rotation.authority = i == 0 ? address(0xA0) : address(0);
            rotation.guardian = i == 1 ? guardian : address(0);
            rotation.gate = i == 2 ? gate : address(0);
            rotation.commitReveal = i == 3;
            rotation.delay = i == 4 ? 1 : 0;
            rotate(rotation);
            IRegistryTypes.Rules memory rules = registry.rulesOf(address(target));
            vm.assertEq(rules.authority, rotation.authority);
            vm.assertEq(rules.guardian, rotation.guardian);
            vm.assertEq(rules.gate, rotation.gate);
            vm.assertEq(uint256(rules.delay), rotation.delay);
            vm.assertTrue(rules.commitReveal == rotation.commitReveal);
        }
    }

    function test_rulesOf_isZeroWhereNothingWasRotatedOrRegistered() public view {
        vm.assertEq(keccak256(abi.encode(registry.rulesOf(address(target)))), keccak256(new bytes(192)));
        vm.assertEq(keccak256(abi.encode(registry.rulesOf(stranger))), keccak256(new bytes(192)));
    }

    /// @dev I13.
    function testFuzz_rotate_anyoneMaySend(address sender) public {
        ITypedMessages.Rotation memory rotation = fullRotation();
        bytes memory signatures = quorum(digestOf(rotation));
        vm.prank(sender);
        registry.rotate(rotation, signatures);
        vm.assertEq(versionOf(address(target)), 2);
    }

    function test_rotate_takesThirtyTwoSignersWithRules() public {
        (uint256[] memory manyKeys, address[] memory many) = council("many", 32);
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.signers = many;
        rotation.minSignatures = 32;
        rotation.guardian = guardian;
        rotate(rotation);
        vm.assertEq(registry.record(address(target)).signers, many);
        vm.assertEq(registry.record(address(target)).contractLink, LINK);

        ITypedMessages.Approval memory approval = approvalOf(address(target));
        registry.finalize(approval, signBy(digestOf(approval), manyKeys, 32));
        vm.assertEq(registry.record(address(target)).contractLink, NEXT_LINK);
        vm.assertEq(registry.rulesOf(address(target)).guardian, guardian);
    }

    /// @dev The link's head is stored beside the rules: moving it keeps them.
    function test_finalize_keepsTheRulesWhenTheLinkMovesElsewhere() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.guardian = guardian;
        rotation.commitReveal = true;
        rotate(rotation);
        bytes32 rules = keccak256(abi.encode(registry.rulesOf(address(target))));
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].contractLink = "https://github.com/a/b/tree/0123456789abcdef0123456789abcdef01234567";
        registry.finalize(approval, sign(approval, 6));
        vm.assertEq(keccak256(abi.encode(registry.rulesOf(address(target)))), rules);
        vm.assertEq(registry.record(address(target)).contractLink, approval.upgrades[0].contractLink);
    }

    // ------------------------------------------------------------------------------------------------ what it voids

    /// @dev I10: the new signers sign, the old ones are unknown.
    function test_rotate_handsOver() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.signers = others;
        rotation.minSignatures = 2;
        rotate(rotation);
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignerUnknown.selector, signers[0], false));
        registry.finalize(approval, signatures);
        registry.finalize(approval, otherQuorum(digestOf(approval)));
        vm.assertEq(versionOf(address(target)), 3);
    }

    /// @dev S64: nor does a lower threshold revive anything.
    function test_rotate_voidsWhatWasSignedBefore() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 6);
        ITypedMessages.Rotation memory late = rotationOf(address(target));
        bytes memory lateSignatures = quorum(digestOf(late));
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.minSignatures = 1;
        rotate(rotation);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 2, 3));
        registry.finalize(approval, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 2, 3));
        registry.rotate(late, lateSignatures);
    }

    /// @dev I3.
    function test_rotate_revertsTheSecondTime() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        bytes memory signatures = quorum(digestOf(rotation));
        registry.rotate(rotation, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 2, 3));
        registry.rotate(rotation, signatures);
    }

    // ------------------------------------------------------------------------------------------------ what it refuses

    function test_rotate_takesDelaysOfThirtyDaysAndNotMore() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.delay = 30 days + 1;
        refuse(rotation, abi.encodeWithSelector(IRegistryTypes.DelayTooLong.selector, 30 days + 1, 30 days));
        rotation.delay = type(uint32).max;
        refuse(rotation, abi.encodeWithSelector(IRegistryTypes.DelayTooLong.selector, type(uint32).max, 30 days));
        rotation.delay = 30 days;
        rotate(rotation);
        vm.assertEq(uint256(registry.rulesOf(address(target)).delay), 30 days);
    }

    function test_rotate_revertsWhereThereIsADelay() public {
        setDelay(DELAY);
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.delay = 0;
        refuse(rotation, abi.encodeWithSelector(IRegistryTypes.DelayRequired.selector, address(target), DELAY));
    }

    /// @dev I4.
    function test_rotate_refusesImpossibleSigners() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.signers = new address[](0);
        refuse(rotation, abi.encodeWithSelector(IRegistryTypes.SignerCountInvalid.selector, 0, 32));
        (, rotation.signers) = council("many", 33);
        refuse(rotation, abi.encodeWithSelector(IRegistryTypes.SignerCountInvalid.selector, 33, 32));

        rotation.signers = signers;
        rotation.minSignatures = 0;
        refuse(rotation, abi.encodeWithSelector(IRegistryTypes.MinSignaturesInvalid.selector, 0, 9));
        rotation.minSignatures = 10;
        refuse(rotation, abi.encodeWithSelector(IRegistryTypes.MinSignaturesInvalid.selector, 10, 9));

        rotation.minSignatures = 6;
        rotation.contractSigners = 1 << 9;
        refuse(rotation, abi.encodeWithSelector(IRegistryTypes.ContractSignersInvalid.selector, 1 << 9, 9));
        rotation.contractSigners = 1 << 4;
        refuse(rotation, abi.encodeWithSelector(IRegistryTypes.ContractSignerWithoutCode.selector, signers[4]));

        rotation.contractSigners = 0;
        rotation.signers = swapped(signers, 3, 4);
        refuse(rotation, abi.encodeWithSelector(IRegistryTypes.SignersNotAscending.selector, signers[4], signers[3]));
        rotation.signers = swapped(signers, 0, 0);
        rotation.signers[1] = rotation.signers[0];
        refuse(rotation, abi.encodeWithSelector(IRegistryTypes.SignersNotAscending.selector, signers[0], signers[0]));
        rotation.signers[0] = address(0);
        refuse(rotation, abi.encodeWithSelector(IRegistryTypes.SignersNotAscending.selector, 0, 0));

        rotation.signers = withContract(signers, address(registry));
        rotation.contractSigners = bitOf(rotation.signers, address(registry));
        refuse(rotation, abi.encodeWithSelector(IRegistryTypes.RegistryAsSigner.selector));
    }

    function test_rotate_isNotPayable() public {
        ITypedMessages.Rotation memory rotation = fullRotation();
        bytes memory data = abi.encodeCall(registry.rotate, (rotation, quorum(digestOf(rotation))));
        vm.deal(address(this), 1);
        (bool success,) = address(registry).call{value: 1}(data);
        vm.assertFalse(success);
        vm.assertEq(versionOf(address(target)), 1);
    }

    // ---------------------------------------------------------------------------------------------- contract signers

    function test_rotate_takesContractSigners() public {
        Wallet wallet = new Wallet();
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.signers = withContract(signers, address(wallet));
        rotation.contractSigners = bitOf(rotation.signers, address(wallet));
        rotation.minSignatures = 1;
        rotate(rotation);
        vm.assertEq(uint256(registry.record(address(target)).contractSigners), rotation.contractSigners);

        // The wallet alone may rotate itself away, when it says so.
        ITypedMessages.Rotation memory back = rotationOf(address(target));
        back.signers = signers;
        back.contractSigners = 0;
        back.minSignatures = 6;
        wallet.become(Wallet.Mood.No);
        vm.expectRevert(refusalOf(address(wallet), true, abi.encode(bytes4(0xffffffff))));
        registry.rotate(back, contractEntry(address(wallet), "word"));
        wallet.become(Wallet.Mood.Yes);
        registry.rotate(back, contractEntry(address(wallet), "word"));
        vm.assertEq(registry.record(address(target)).signers, signers);
    }

    function test_rotate_takesDelegatedAccountsAsAccountsOnly() public {
        vm.etch(signers[2], abi.encodePacked(hex"ef0100", address(target)));
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.contractSigners = 1 << 2;
        refuse(rotation, abi.encodeWithSelector(IRegistryTypes.ContractSignerWithoutCode.selector, signers[2]));
        rotation.contractSigners = 0;
        rotate(rotation);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    /// @dev The target goes to the other signers, with every rule.
    function fullRotation() private view returns (ITypedMessages.Rotation memory rotation) {
        rotation = rotationOf(address(target));
        rotation.signers = others;
        rotation.minSignatures = 2;
        rotation.authority = address(0xA0);
        rotation.guardian = guardian;
        rotation.gate = gate;
        rotation.delay = DELAY;
        rotation.commitReveal = true;
    }

    /// @dev I6: refused, and nothing is different afterwards.
    function refuse(ITypedMessages.Rotation memory rotation, bytes memory reason) private {
        bytes memory signatures = quorum(digestOf(rotation));
        bytes32 before = governedStateOf(address(target));
        vm.expectRevert(reason);
        registry.rotate(rotation, signatures);
        vm.assertEq(governedStateOf(address(target)), before);
    }
}
