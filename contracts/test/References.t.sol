// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReferences} from "../src/interfaces/IReferences.sol";
import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {ReferencesTest} from "./base/ReferencesTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Entries: who writes them, what is refused, which revisions are kept, and how they are read.
contract EntriesTest is ReferencesTest {
    string private constant ELSEWHERE = "https://git.example/b/tree/00112233445566778899aabbccddeeff00112233";

    // ------------------------------------------------------------------------------------------------------- writing

    function test_references_areTheRegistrys() public view {
        vm.assertEq(references.registry(), address(registry));
    }

    function test_write_entersTheFirstRevision() public {
        assertNothing(references.currentReference(manager, KEY));
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.Written(manager, KEY, 1, 0, address(0), hashOf(1), address(one), address(one).codehash, COMMIT);
        vm.prank(manager);
        references.write(KEY, hashOf(1), LINK, address(one), address(one).codehash);
        assertReference(references.currentReference(manager, KEY), referenceOf(1, address(one)));
    }

    function test_write_countsAndTellsOldAndNew() public {
        write(address(one));
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.Written(
            manager, KEY, 2, hashOf(1), address(one), hashOf(2), address(two), address(two).codehash, NEXT_COMMIT
        );
        vm.prank(manager);
        references.write(KEY, hashOf(2), NEXT_LINK, address(two), address(two).codehash);
        IReferences.Reference memory expected = referenceOf(2, address(two));
        expected.contractLink = NEXT_LINK;
        assertReference(references.currentReference(manager, KEY), expected);
        for (uint64 revision = 3; revision < 6; ++revision) {
            write(address(one));
            assertReference(references.currentReference(manager, KEY), referenceOf(revision, address(one)));
        }
    }

    /// @dev What is written again as it was is a revision all the same.
    function test_write_countsWhatIsTheSame() public {
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(manager);
            references.write(KEY, hashOf(1), LINK, address(one), address(one).codehash);
        }
        vm.assertEq(uint256(references.currentReference(manager, KEY).revision), 2);
    }

    /// @dev Only the manager writes its own entries: whoever writes, writes beside them.
    function testFuzz_write_touchesTheSendersEntryAlone(address sender, bytes32 key) public {
        vm.assume(sender != manager || key != KEY);
        write(address(one));
        write(sender, key, address(two));
        assertReference(references.currentReference(manager, KEY), referenceOf(1, address(one)));
        IReferences.Reference memory written = references.currentReference(sender, key);
        vm.assertEq(written.manager, sender);
        vm.assertEq(written.key, key);
        vm.assertEq(uint256(written.revision), 1);
        vm.assertEq(written.implementation, address(two));
        vm.assertEq(written.contractLink, LINK);
    }

    /// @dev The manager of an entry may be a record's executor, which writes by an ordinary signed call.
    function test_write_byTheExecutorOfARecord() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].calls = callsOf(
            address(references),
            abi.encodeCall(references.write, (KEY, NEXT_HASH, NEXT_LINK, address(one), address(one).codehash))
        );
        bytes memory signatures = sign(approval, 6);
        address executor = registry.executor(address(target));
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.Written(
            executor, KEY, 1, 0, address(0), NEXT_HASH, address(one), address(one).codehash, NEXT_COMMIT
        );
        vm.prank(stranger);
        registry.finalize(approval, signatures);
        vm.assertEq(references.currentReference(executor, KEY).contractHash, NEXT_HASH);
        assertNothing(references.currentReference(stranger, KEY));
    }

    // -------------------------------------------------------------------------------------------------- record-only

    function test_write_withoutImplementation() public {
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.Written(manager, KEY, 1, 0, address(0), hashOf(1), address(0), 0, COMMIT);
        vm.prank(manager);
        references.write(KEY, hashOf(1), LINK, address(0), 0);
        assertReference(references.currentReference(manager, KEY), referenceOf(1, address(0)));
        write(address(0));
        assertReference(references.currentReference(manager, KEY), referenceOf(2, address(0)));
    }

    /// @dev Else a write could take the code away from every proxy that follows.
    function test_write_keepsTheKindOfTheFirstRevision() public {
        write(address(one));
        vm.expectRevert(abi.encodeWithSelector(IReferences.ImplementationUnexpected.selector, manager, KEY, address(0)));
        vm.prank(manager);
        references.write(KEY, hashOf(2), LINK, address(0), 0);

        write(manager, "record", address(0));
        bytes32 codeHash = address(one).codehash;
        vm.expectRevert(
            abi.encodeWithSelector(
                IReferences.ImplementationUnexpected.selector, manager, bytes32("record"), address(one)
            )
        );
        vm.prank(manager);
        references.write("record", hashOf(2), LINK, address(one), codeHash);
        assertReference(references.currentReference(manager, KEY), referenceOf(1, address(one)));
    }

    // ------------------------------------------------------------------------------------------------- what it refuses

    function test_write_refusesHashZero() public {
        expectRefused(
            0,
            LINK,
            address(one),
            address(one).codehash,
            abi.encodeWithSelector(IRegistryTypes.ContractHashZero.selector, manager)
        );
    }

    function test_write_refusesOtherCode() public {
        expectRefused(
            HASH,
            LINK,
            address(one),
            address(two).codehash,
            abi.encodeWithSelector(
                IRegistryTypes.CodeMismatch.selector, address(one), address(one).codehash, address(two).codehash
            )
        );
        expectRefused(
            HASH,
            LINK,
            address(0),
            address(one).codehash,
            abi.encodeWithSelector(IRegistryTypes.CodeMismatch.selector, address(0), 0, address(one).codehash)
        );
    }

    /// @dev No account, an account without code, an EIP-7702 designator, a precompile: told as they are found.
    function test_write_refusesCodeThatNobodyCanMean() public {
        vm.deal(address(0xE0A), 1);
        vm.etch(address(0x7702), abi.encodePacked(hex"ef0100", address(one)));
        address[4] memory accounts = [address(0xDEAD), address(0xE0A), address(0x7702), address(1)];
        for (uint256 i = 0; i < accounts.length; ++i) {
            bytes32 codeHash = accounts[i].codehash;
            expectRefused(
                HASH,
                LINK,
                accounts[i],
                codeHash,
                abi.encodeWithSelector(IRegistryTypes.CodeUnacceptable.selector, accounts[i], codeHash)
            );
        }
    }

    function test_write_refusesOtherLinks() public {
        write(address(one));
        string[3] memory links = [
            "https://github.com/acme/vault/tree/main/contracts/vault",
            "https://github.com/acme/vault/tree/0123456789ABCDEF0123456789abcdef01234567/contracts/vault",
            ""
        ];
        for (uint256 i = 0; i < links.length; ++i) {
            expectRefused(
                HASH,
                links[i],
                address(one),
                address(one).codehash,
                abi.encodeWithSelector(IRegistryTypes.ContractLinkInvalid.selector, links[i])
            );
        }
        string memory long = string.concat(LINK, "/", string(new bytes(512)));
        expectRefused(
            HASH,
            long,
            address(one),
            address(one).codehash,
            abi.encodeWithSelector(IRegistryTypes.ContractLinkTooLong.selector, bytes(long).length, 512)
        );
        assertReference(references.currentReference(manager, KEY), referenceOf(1, address(one)));
    }

    // --------------------------------------------------------------------------------------------------------- links

    /// @dev By its commit alone, elsewhere, with and without a path, shorter and longer, and back.
    function test_currentReference_givesTheLinkInFull() public {
        string[6] memory links = [LINK, NEXT_LINK, ELSEWHERE, string.concat(ELSEWHERE, "/path"), NEXT_LINK, LINK];
        for (uint256 i = 0; i < links.length; ++i) {
            write(manager, KEY, address(one), links[i]);
            vm.assertEq(references.currentReference(manager, KEY).contractLink, links[i]);
        }
    }

    /// @dev Revisions share what their links have in common, and none loses it by another's move.
    function test_referenceAt_givesTheLinkInFullAfterItMovedElsewhere() public {
        write(manager, KEY, address(one), LINK);
        write(address(this), KEY, address(one), NEXT_LINK);
        references.keep(manager, KEY);
        write(manager, KEY, address(two), ELSEWHERE);
        references.keep(manager, KEY);
        write(manager, KEY, address(one), NEXT_LINK);
        assertReference(references.referenceAt(manager, KEY, 1), referenceOf(1, address(one)));
        IReferences.Reference memory expected = referenceOf(2, address(two));
        expected.contractLink = ELSEWHERE;
        assertReference(references.referenceAt(manager, KEY, 2), expected);
        vm.assertEq(references.referenceAt(manager, KEY, 3).contractLink, NEXT_LINK);
        vm.assertEq(references.currentReference(address(this), KEY).contractLink, NEXT_LINK);
    }

    // ------------------------------------------------------------------------------------------------------- keeping

    function testFuzz_keep_byAnybody(address sender) public {
        write(address(one));
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.Kept(manager, KEY, 1);
        vm.prank(sender);
        references.keep(manager, KEY);
        write(address(two));
        assertReference(references.referenceAt(manager, KEY, 1), referenceOf(1, address(one)));
        assertReference(references.currentReference(manager, KEY), referenceOf(2, address(two)));
    }

    function test_keep_tellsItOnce() public {
        write(address(one));
        references.keep(manager, KEY);
        vm.recordLogs();
        references.keep(manager, KEY);
        vm.assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_keep_revertsWhereNothingIsWritten() public {
        write(address(one));
        vm.expectRevert(abi.encodeWithSelector(IReferences.ReferenceUnknown.selector, stranger, KEY));
        references.keep(stranger, KEY);
        vm.expectRevert(abi.encodeWithSelector(IReferences.ReferenceUnknown.selector, manager, HASH));
        references.keep(manager, HASH);
    }

    function test_referenceAt_isNothingForWhatIsNotKept() public {
        assertNothing(references.referenceAt(manager, KEY, 0));
        write(address(one));
        assertReference(references.referenceAt(manager, KEY, 1), referenceOf(1, address(one)));
        write(address(two));
        assertNothing(references.referenceAt(manager, KEY, 0));
        assertNothing(references.referenceAt(manager, KEY, 1));
        assertNothing(references.referenceAt(manager, KEY, 3));
        assertNothing(references.referenceAt(stranger, KEY, 2));
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function expectRefused(
        bytes32 hash,
        string memory link,
        address implementation,
        bytes32 codeHash,
        bytes memory reason
    ) private {
        vm.expectRevert(reason);
        vm.prank(manager);
        references.write(KEY, hash, link, implementation, codeHash);
    }
}
