// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../interfaces/IRegistryTypes.sol";
import {CouncilStore} from "./Council.sol";
import {Signatures} from "./Signatures.sol";

/// @notice One record that a message is about, as it was stored when that came, and who of its signers signed it.
/// @param first the first slot of its entry: {EntryStore}
/// @param next the first of the council's signers that can still come
/// @param signed bit i is set where signer i has signed
struct Tally {
    address contractAddress;
    uint256 first;
    uint256 pausedUntil;
    bytes council;
    uint256 next;
    uint256 signed;
}

/// @title Who of the signers of each record signed a message
library Quorum {
    using CouncilStore for bytes;

    /// @notice Room for so many: each is set before any is read.
    function reserve(uint256 length) internal pure returns (Tally[] memory tallies) {
        assembly ("memory-safe") {
            tallies := mload(0x40)
            mstore(tallies, length)
            mstore(0x40, add(tallies, shl(5, add(length, 1))))
        }
    }

    /// @notice Counts every entry for each record that has its signer. Reverts for an entry that no record has.
    /// @dev The contracts of one team are mostly signed for by the same council: then all is counted once.
    function count(Tally[] memory tallies, bytes32 digest, bytes calldata signatures) internal view {
        Tally[] memory counted = areAlike(tallies) ? firstOf(tallies) : tallies;
        countEach(counted, digest, signatures);
        uint256 signed = counted[0].signed;
        for (uint256 i = counted.length; i < tallies.length; ++i) {
            tallies[i].signed = signed;
        }
    }

    function areAlike(Tally[] memory tallies) private pure returns (bool) {
        if (tallies.length < 2) return false;
        bytes32 first = tallies[0].council.quorumHash();
        for (uint256 i = 1; i < tallies.length; ++i) {
            if (tallies[i].council.quorumHash() != first) return false;
        }
        return true;
    }

    function firstOf(Tally[] memory tallies) private pure returns (Tally[] memory first) {
        first = reserve(1);
        first[0] = tallies[0];
    }

    /// @dev Unchecked: indices stay below the number of records, offsets within calldata.
    function countEach(Tally[] memory tallies, bytes32 digest, bytes calldata signatures) private view {
        unchecked {
            (uint256 end, address previous) =
                tallies.length == 1 ? countAccounts(tallies[0], digest, signatures) : (0, address(0));
            for (uint256 offset = end; offset < signatures.length; offset = end) {
                address signer;
                bool isContract;
                (signer, isContract, end) = Signatures.readEntry(digest, signatures, offset);
                if (signer <= previous) revert IRegistryTypes.SignersNotAscending(previous, signer);
                previous = signer;
                bool known = false;
                for (uint256 i = 0; i < tallies.length; ++i) {
                    if (count(tallies[i], signer, isContract)) known = true;
                }
                if (!known) revert IRegistryTypes.SignerUnknown(signer, isContract);
                if (isContract) Signatures.assertContractSigned(digest, signer, signatures[offset:end]);
            }
        }
    }

    /// @dev The common case at half the gas: the entries of accounts that sign for one record. Ends before the first entry
    /// that is anything else, or that nothing is right with, and tells who signed the one before.
    function countAccounts(Tally memory tally, bytes32 digest, bytes calldata signatures)
        private
        view
        returns (uint256 offset, address previous)
    {
        bytes memory council = tally.council;
        if (council.contractSigners() != 0) return (0, address(0));
        bool found;
        uint256 place = 0;
        uint256 signed = 0;
        unchecked {
            while (offset + Signatures.ENTRY <= signatures.length) {
                address signer = Signatures.recover(digest, signatures, offset);
                (place, found) = council.find(signer, place);
                if (!found) break;
                signed |= 1 << place;
                ++place;
                previous = signer;
                offset += Signatures.ENTRY;
            }
        }
        tally.next = place;
        tally.signed = signed;
    }

    /// @dev Whether the record has this signer. It goes on after the signer before: they and the signatures both ascend.
    function count(Tally memory tally, address signer, bool isContract) private pure returns (bool known) {
        unchecked {
            bytes memory council = tally.council;
            (uint256 place, bool found) = council.find(signer, tally.next);
            known = found && council.isContract(place) == isContract;
            if (known) tally.signed |= 1 << place;
            tally.next = found ? place + 1 : place;
        }
    }

    /// @notice How many bits are set, of 32: counted in pairs, in fours and in bytes, of which the product sums up all.
    function number(uint256 signers) internal pure returns (uint256 bits) {
        unchecked {
            bits = signers - ((signers >> 1) & 0x55555555);
            bits = (bits & 0x33333333) + ((bits >> 2) & 0x33333333);
            bits = (bits + (bits >> 4)) & 0x0f0f0f0f;
            bits = uint8((bits * 0x01010101) >> 24);
        }
    }
}
