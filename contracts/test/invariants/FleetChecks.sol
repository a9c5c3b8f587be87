// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReferences} from "../../src/interfaces/IReferences.sol";
import {IRegistryTypes} from "../../src/interfaces/IRegistryTypes.sol";
import {vm} from "../base/Vm.sol";
import {Counter} from "./Counter.sol";
import {FleetBook} from "./FleetBook.sol";

/// @notice What the invariants ask of the references, of exits and of ether, by the book.
abstract contract FleetChecks is FleetBook {
    /// @dev So many records of scheduled changes are looked at, then a contract counts as about to change.
    uint256 private constant MAX_LOOKED_AT = 32;

    mapping(address home => uint256) internal forced;

    /// @notice I18.
    function assertFollowersAreWhereTheBookHasThem() external view {
        for (uint256 i = 0; i < followers.length; ++i) {
            address follower = followers[i];
            IReferences.Reference memory expected = expectedOf(follower);
            (IReferences.Reference memory found, bool isPinned) = references.resolve(follower);
            vm.assertEq(abi.encode(found), abi.encode(expected));
            vm.assertTrue(isPinned == (followed[follower].pinned != 0));
            vm.assertEq(references.managerOf(follower), expectedManagerOf(follower));
            address runs = followed[follower].id == 0 ? followed[follower].left : expected.implementation;
            vm.assertEq(references.implementationOf(follower), runs);
            if (isDeployed[follower]) vm.assertEq(Counter(follower).code(), runs);
            vm.assertTrue(registry.exitOpen(follower) == isExitOpen(follower));
        }
        for (uint256 i = 0; i < RECORDS; ++i) {
            vm.assertEq(writes[registry.executor(one(i))], expectedWrites[one(i)]);
        }
    }

    function assertEntriesAreTheReferences() external view {
        for (uint256 i = 0; i < ids.length; ++i) {
            EntryModel storage entry = entries[ids[i]];
            for (uint64 number = 1; number <= entry.number; ++number) {
                IReferences.Reference memory expected;
                bool isThere = number == entry.number || entry.revisions[number].isKept;
                if (isThere) expected = expectedAt(ids[i], number);
                bytes memory found = abi.encode(references.referenceAt(entry.manager, entry.key, number));
                vm.assertEq(found, abi.encode(expected));
            }
            bytes memory current = abi.encode(references.currentReference(entry.manager, entry.key));
            vm.assertEq(current, abi.encode(expectedAt(ids[i], entry.number)));
        }
    }

    /// @notice I19: what was forced on them lies there, and nothing else came or went.
    function assertBalances() external view {
        for (uint256 i = 0; i < 3; ++i) {
            vm.assertEq(homes()[i].balance, forced[homes()[i]]);
        }
    }

    function homes() internal view returns (address[3] memory) {
        return [address(registry), address(references), vm.computeCreateAddress(address(registry), 3)];
    }

    // ------------------------------------------------------------------------------------------------------- exits

    function isExitOpen(address contractAddress) private view returns (bool) {
        if (isComing(contractAddress)) return true;
        address manager = expectedManagerOf(contractAddress);
        for (uint256 i = 0; i < RECORDS; ++i) {
            if (registry.executor(one(i)) == manager) return isComing(one(i));
        }
        return false;
    }

    /// @dev From the last that was scheduled backwards, those for the record's next version.
    function isComing(address contractAddress) private view returns (bool) {
        uint256 looked = 0;
        for (uint256 i = digests.length; i > 0; --i) {
            if (!isForNext(digests[i - 1], contractAddress)) continue;
            Queued storage waiting = queued[digests[i - 1]];
            looked += waiting.status == IRegistryTypes.Status.Waiting ? waiting.contracts.length : 1;
            if (looked > MAX_LOOKED_AT || canCome(digests[i - 1])) return true;
        }
        return false;
    }

    function isForNext(bytes32 digest, address contractAddress) private view returns (bool) {
        Queued storage waiting = queued[digest];
        for (uint256 i = 0; i < waiting.contracts.length; ++i) {
            if (waiting.contracts[i] == contractAddress) return waiting.versions[i] == models[contractAddress].version;
        }
        return false;
    }

    function canCome(bytes32 digest) private view returns (bool) {
        Queued storage waiting = queued[digest];
        if (waiting.status != IRegistryTypes.Status.Waiting) return false;
        if (slackOf(digest, false) > int256(GRACE)) return false;
        for (uint256 i = 0; i < waiting.contracts.length; ++i) {
            Model storage model = models[waiting.contracts[i]];
            uint256 against = 0;
            for (
                uint32 bits = rejections[waiting.contracts[i]][model.version + 1][digest]; bits != 0; bits &= bits - 1) {
                ++against;
            }
            if (against > model.signers.length - model.minSignatures) return false;
        }
        return true;
    }
}
