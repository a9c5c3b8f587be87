// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {RegistryTest, Target} from "./base/RegistryTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice I8: wherever in calldata the parts of an approval lie, what is done is what was signed. Nothing looks at whether
/// an offset leads beyond the calldata: there all is zero, and so was signed.
contract OffsetsTest is RegistryTest {
    /// @dev Where the only upgrade of an approval begins: behind selector, head, approval and list.
    uint256 private constant UPGRADE = 0xc4;
    uint256 private constant LINK_OFFSET = UPGRADE + 0x60;
    uint256 private constant CODE_OFFSET = UPGRADE + 0xa0;
    uint256 private constant CALLS_OFFSET = UPGRADE + 0xc0;
    uint256 private constant BEYOND = 1 << 255;

    function test_finalize_sameForALinkElsewhere() public {
        ITypedMessages.Approval memory approval = approvalWithCall();
        bytes memory data = abi.encodeCall(registry.finalize, (approval, sign(approval, 6)));
        uint256 link = UPGRADE + wordAt(data, LINK_OFFSET);
        bytes memory moved = bytes.concat(data, abi.encodePacked(bytes(approval.upgrades[0].contractLink).length));
        moved = bytes.concat(moved, bytes(approval.upgrades[0].contractLink));
        set(moved, LINK_OFFSET, data.length - UPGRADE);
        set(moved, link + 32, 0);
        assertTaken(moved);
        vm.assertEq(registry.record(address(target)).contractLink, approval.upgrades[0].contractLink);
        vm.assertEq(target.calls(), 1);
    }

    /// @dev Signatures for the approval as it was before a word of it was replaced.
    function test_finalize_revertsWhereAnOffsetWasChanged() public {
        ITypedMessages.Approval memory approval = approvalWithCall();
        bytes memory data = abi.encodeCall(registry.finalize, (approval, sign(approval, 6)));
        uint256[3] memory offsets = [LINK_OFFSET, CODE_OFFSET, CALLS_OFFSET];
        for (uint256 i = 0; i < offsets.length; ++i) {
            bytes memory changed = bytes.concat(data);
            set(changed, offsets[i], BEYOND);
            assertRefused(changed, IRegistryTypes.SignerUnknown.selector);
        }
        assertTaken(data);
    }

    function test_finalize_revertsForALinkBeyond() public {
        ITypedMessages.Approval memory approval = approvalWithCall();
        approval.upgrades[0].contractLink = "";
        bytes memory data = abi.encodeCall(registry.finalize, (approval, sign(approval, 6)));
        set(data, LINK_OFFSET, BEYOND);
        assertRefused(data, IRegistryTypes.ContractLinkInvalid.selector);
    }

    function test_finalize_makesNoCallsWhereTheyLieBeyond() public {
        ITypedMessages.Approval memory approval = approvalWithCall();
        ITypedMessages.Call[] memory calls = approval.upgrades[0].calls;
        approval.upgrades[0].calls = new ITypedMessages.Call[](0);
        bytes memory signatures = sign(approval, 6);
        approval.upgrades[0].calls = calls;
        bytes memory data = abi.encodeCall(registry.finalize, (approval, signatures));
        set(data, CALLS_OFFSET, BEYOND);
        assertTaken(data);
        vm.assertEq(target.calls(), 0);
    }

    /// @dev Of each list and each run of bytes.
    function test_finalize_revertsForALengthBeyond() public {
        ITypedMessages.Approval memory approval = approvalWithCall();
        bytes memory data = abi.encodeCall(registry.finalize, (approval, sign(approval, 6)));
        uint256[3] memory offsets = [LINK_OFFSET, CODE_OFFSET, CALLS_OFFSET];
        uint256[3] memory lengths = [type(uint256).max, uint256(1) << 251, uint256(1) << 64];
        for (uint256 i = 0; i < 9; ++i) {
            bytes memory changed = bytes.concat(data);
            set(changed, UPGRADE + wordAt(data, offsets[i / 3]), lengths[i % 3]);
            (bool success, bytes memory answer) = address(registry).call{gas: 1_000_000}(changed);
            vm.assertFalse(success);
            vm.assertEq(answer, "");
        }
        assertTaken(data);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function approvalWithCall() private view returns (ITypedMessages.Approval memory approval) {
        approval = approvalOf(address(target));
        approval.upgrades[0].code = codeOf(address(target));
        approval.upgrades[0].calls = callsOf(address(target), abi.encodeCall(Target.note, ("a")));
    }

    function assertTaken(bytes memory data) private {
        (bool success,) = address(registry).call(data);
        vm.assertTrue(success);
    }

    function assertRefused(bytes memory data, bytes4 reason) private {
        (bool success, bytes memory answer) = address(registry).call(data);
        vm.assertFalse(success);
        vm.assertEq(bytes32(bytes4(answer)), bytes32(reason));
    }

    function wordAt(bytes memory data, uint256 place) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), place))
        }
    }

    function set(bytes memory data, uint256 place, uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(add(add(data, 0x20), place), word)
        }
    }
}
