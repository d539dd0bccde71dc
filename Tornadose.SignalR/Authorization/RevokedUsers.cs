using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Authorization;

/// <summary>
/// Since when users' tickets and tokens count no longer: what was issued before a revocation is refused for a day, which is longer than it
/// should be valid.
/// </summary>
internal sealed class RevokedUsers(TornadoseOptions options)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _since = new(StringComparer.Ordinal);
    private volatile bool _any;

    public void Add(string userId, DateTimeOffset when)
    {
        foreach (var (other, since) in _since)
            if (DateTimeOffset.UtcNow - since > Kept)
                _since.TryRemove(other, out _);
        _since.AddOrUpdate(userId, when, (_, earlier) => earlier > when ? earlier : when);
        _any = true;
    }

    /// <summary>
    /// Whether what the user came with was issued before the user was revoked. What does not say when it was issued is not refused.
    /// </summary>
    /// <param name="user">The user, with the claim <c>iat</c> of a token.</param>
    /// <param name="issued">When the ticket or the cookie was issued; null where that is not known.</param>
    public bool Covers(ClaimsPrincipal user, DateTimeOffset? issued) =>
        _any && UserId(user) is { } id && _since.TryGetValue(id, out var since)
            && ((issued ?? DateTimeOffset.MaxValue) <= since || TokenIssued(user) <= since);

    private static DateTimeOffset TokenIssued(ClaimsPrincipal user) =>
        long.TryParse(user.FindFirst("iat")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : DateTimeOffset.MaxValue;

    /// <summary>
    /// The application's own function may fail; whose a right is that it fails for is not known, as when a user is revoked.
    /// </summary>
    private string? UserId(ClaimsPrincipal user)
    {
        try
        {
            return options.UserId(user);
        }
        catch (Exception)
        {
            return null;
        }
    }
}
