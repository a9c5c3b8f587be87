// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../interfaces/IRegistryTypes.sol";
import {CouncilStore} from "./Council.sol";
import {Signatures} from "./Signatures.sol";

/// @notice One record that a message is about, as it was stored when that came, and who of its signers signed it.
/// @param next the first of the council's signers that can still come
/// @param signed bit i is set where signer i has signed
struct Tally {
    address contractAddress;
    uint8 flags;
    uint24 pauseNumber;
    uint256 pausedUntil;
    bytes council;
    uint256 next;
    uint256 signed;
}

/// @title Who of the signers of each record signed a message
library Quorum {
    using CouncilStore for bytes;

    /// @notice Counts every entry for each record that has its signer. Reverts for an entry that no record has.
    function count(Tally[] memory tallies, bytes32 digest, bytes calldata signatures) internal view {
        address previous;
        uint256 end;
        for (uint256 offset = 0; offset < signatures.length; offset = end) {
            address signer;
            bool isContract;
            (signer, isContract, end) = Signatures.readEntry(digest, signatures, offset);
            if (signer <= previous) revert IRegistryTypes.SignersNotAscending(previous, signer);
            previous = signer;
            if (!countEach(tallies, signer, isContract)) revert IRegistryTypes.SignerUnknown(signer, isContract);
            if (isContract) Signatures.assertContractSigned(digest, signer, signatures[offset:end]);
        }
    }

    /// @dev Whether any record has this signer. Each goes on from the signer before: they and the signatures both ascend.
    /// Unchecked: indices stay below the number of records, and of signers.
    function countEach(Tally[] memory tallies, address signer, bool isContract) private pure returns (bool known) {
        unchecked {
            uint256 records = tallies.length;
            for (uint256 i = 0; i < records; ++i) {
                Tally memory tally = tallies[i];
                bytes memory council = tally.council;
                (uint256 place, bool found) = council.find(signer, tally.next);
                tally.next = place;
                if (!found || council.isContract(place) != isContract) continue;
                tally.signed |= 1 << place;
                known = true;
            }
        }
    }

    /// @notice How many bits are set. There are at most 32.
    function number(uint256 signers) internal pure returns (uint256 bits) {
        unchecked {
            for (; signers != 0; signers &= signers - 1) ++bits;
        }
    }
}
