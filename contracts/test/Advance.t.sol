// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReferences} from "../src/interfaces/IReferences.sol";
import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ReferencesTest} from "./base/ReferencesTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Links of entries: told in parts, moved by their commit alone, and shown in full.
contract AdvanceTest is ReferencesTest {
    string private constant HEAD = "https://github.com/acme/vault/tree/";
    string private constant TAIL = "/contracts/vault";

    function test_write_tellsTheLinkBeforeTheRevision() public {
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.LinkChanged(manager, KEY, 1, HEAD, TAIL);
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.Written(manager, KEY, 1, 0, address(0), hashOf(1), address(one), address(one).codehash, COMMIT);
        vm.prank(manager);
        references.write(KEY, hashOf(1), LINK, address(one), address(one).codehash);
    }

    function test_write_tellsTheLinkAgainOnlyWhereItChanged() public {
        write(address(one));
        vm.recordLogs();
        write(manager, KEY, address(two), NEXT_LINK);
        vm.assertEq(vm.getRecordedLogs().length, 1);
        string memory elsewhere = "https://git.example/b/tree/00112233445566778899aabbccddeeff00112233";
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.LinkChanged(manager, KEY, 3, "https://git.example/b/tree/", "");
        write(manager, KEY, address(one), elsewhere);
        vm.assertEq(references.currentReference(manager, KEY).contractLink, elsewhere);
    }

    function test_advance_movesTheCommitOfTheLink() public {
        write(address(one));
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.Written(
            manager, KEY, 2, hashOf(1), address(one), hashOf(2), address(two), address(two).codehash, NEXT_COMMIT
        );
        vm.prank(manager);
        references.advance(KEY, hashOf(2), NEXT_COMMIT, address(two), address(two).codehash);
        IReferences.Reference memory expected = referenceOf(2, address(two));
        expected.contractLink = NEXT_LINK;
        assertReference(references.currentReference(manager, KEY), expected);
    }

    function testFuzz_advance_isWriteWithTheSameLinkButItsCommit(bytes20 commit) public {
        write(address(one));
        vm.prank(manager);
        references.advance(KEY, hashOf(2), commit, address(two), address(two).codehash);
        string memory link = references.currentReference(manager, KEY).contractLink;
        write(manager, "other", address(one), link);
        vm.assertEq(references.currentReference(manager, "other").contractLink, link);
        vm.assertEq(bytes(link).length, bytes(LINK).length);
    }

    function test_advance_movesFollowers() public {
        write(address(one));
        address follower = deploy(SALT);
        assertRuns(follower, 1);
        vm.prank(manager);
        references.advance(KEY, hashOf(2), NEXT_COMMIT, address(two), address(two).codehash);
        assertRuns(follower, 2);
    }

    function test_advance_revertsForWhatWasNeverWritten() public {
        bytes32 codeHash = address(one).codehash;
        vm.expectRevert(abi.encodeWithSelector(IReferences.ReferenceUnknown.selector, manager, KEY));
        vm.prank(manager);
        references.advance(KEY, HASH, COMMIT, address(one), codeHash);
    }

    /// @dev Another's entry is not its own.
    function test_advance_revertsForAnybodyElse() public {
        write(address(one));
        bytes32 codeHash = address(one).codehash;
        vm.expectRevert(abi.encodeWithSelector(IReferences.ReferenceUnknown.selector, stranger, KEY));
        vm.prank(stranger);
        references.advance(KEY, HASH, COMMIT, address(one), codeHash);
    }

    function test_advance_refusesWhatWriteRefuses() public {
        write(address(one));
        bytes32 codeHash = address(one).codehash;
        bytes32 other = address(two).codehash;
        expectRefused(
            0, address(one), codeHash, abi.encodeWithSelector(IRegistryTypes.ContractHashZero.selector, manager)
        );
        expectRefused(
            HASH,
            address(one),
            other,
            abi.encodeWithSelector(IRegistryTypes.CodeMismatch.selector, address(one), codeHash, other)
        );
        expectRefused(
            HASH,
            address(0),
            0,
            abi.encodeWithSelector(IReferences.ImplementationUnexpected.selector, manager, KEY, address(0))
        );
        assertReference(references.currentReference(manager, KEY), referenceOf(1, address(one)));
    }

    function expectRefused(bytes32 hash, address implementation, bytes32 codeHash, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(manager);
        references.advance(KEY, hash, COMMIT, implementation, codeHash);
    }
}
