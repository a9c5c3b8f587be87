// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {PendingAuthorityTest} from "./base/PendingAuthorityTest.sol";
import {Puppet} from "./base/Puppet.sol";
import {vm} from "./base/Vm.sol";

/// @notice The way back from an authority to signers, and records of an authority together with others.
contract AuthorityAndOthersTest is PendingAuthorityTest {
    // ------------------------------------------------------------------------------------------------- going again

    /// @dev Back to signers: the rotation that it sends takes effect at once, and they rule.
    function test_rotate_backToSigners() public {
        accept();
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.authority = address(0);
        act(abi.encodeCall(registry.rotate, (rotation, "")));
        vm.assertFalse(registry.rulesOf(address(target)).accepted);
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 0, 6));
        act(abi.encodeCall(registry.finalize, (approval, "")));
        registry.finalize(approval, sign(approval, 6));
        vm.assertEq(versionOf(address(target)), 5);
    }

    /// @dev Even to itself: it has to accept again, and until then the signers rule.
    function test_rotate_toItselfIsPendingAgain() public {
        accept();
        act(abi.encodeCall(registry.rotate, (rotationOf(address(target)), "")));
        vm.assertFalse(registry.rulesOf(address(target)).accepted);
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        registry.finalize(approval, sign(approval, 6));
        accept();
        vm.assertEq(versionOf(address(target)), 6);
    }

    function test_rotate_refusesAnAuthorityWithoutSigners() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.signers = new address[](0);
        rotation.minSignatures = 0;
        bytes memory signatures = quorum(digestOf(rotation));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignerCountInvalid.selector, 0, 32));
        registry.rotate(rotation, signatures);
    }

    // ------------------------------------------------------------------------------------------------ several records

    /// @dev The authority sends it, with the signatures of the other record's signers.
    function test_finalize_authorityAndSignersTogether() public {
        accept();
        ITypedMessages.Approval memory approval = approvalOfBoth();
        bytes memory signatures = otherQuorum(digestOf(approval));
        vm.expectRevert(
            abi.encodeWithSelector(
                IRegistryTypes.OnlyAuthority.selector, address(target), address(this), address(authority)
            )
        );
        registry.finalize(approval, signatures);
        act(abi.encodeCall(registry.finalize, (approval, signatures)));
        vm.assertEq(versionOf(address(target)), 4);
        vm.assertEq(versionOf(address(other)), 2);
    }

    function test_finalize_revertsWhereRecordsNeedDifferentSenders() public {
        accept();
        ITypedMessages.Rotation memory rotation = rotationOf(address(other));
        rotation.authority = address(new Puppet());
        rotateOther(rotation);
        vm.prank(rotation.authority);
        registry.acceptAuthority(address(other));

        ITypedMessages.Approval memory approval = approvalOfBoth();
        vm.expectRevert(
            abi.encodeWithSelector(
                IRegistryTypes.OnlyAuthority.selector, address(other), address(authority), rotation.authority
            )
        );
        act(abi.encodeCall(registry.finalize, (approval, "")));
        vm.expectRevert(
            abi.encodeWithSelector(
                IRegistryTypes.OnlyAuthority.selector, address(target), rotation.authority, address(authority)
            )
        );
        vm.prank(rotation.authority);
        registry.finalize(approval, "");
    }

    /// @dev One authority of both sends for both.
    function test_finalize_oneAuthorityOfBoth() public {
        accept();
        ITypedMessages.Rotation memory rotation = rotationOf(address(other));
        rotation.authority = address(authority);
        rotateOther(rotation);
        vm.prank(address(authority));
        registry.acceptAuthority(address(other));
        act(abi.encodeCall(registry.finalize, (approvalOfBoth(), "")));
        vm.assertEq(versionOf(address(other)), 4);
    }
}
