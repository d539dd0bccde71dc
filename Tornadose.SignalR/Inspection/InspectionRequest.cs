using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Tornadose.SignalR.Inspection;

/// <summary>What is to be listed.</summary>
/// <param name="Store">The only store to list; null for all.</param>
/// <param name="Limit">How many subscribers, at most.</param>
internal sealed record InspectionRequest(string? Store, int Limit)
{
    private const int DefaultLimit = 200;
    private const int MaxLimit = 10_000;

    public static InspectionRequest Read(IQueryCollection query) => new(
        query["store"] is [{ Length: > 0 } store] ? store : null,
        int.TryParse(
            query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? Math.Min(limit, MaxLimit) : DefaultLimit);
}
