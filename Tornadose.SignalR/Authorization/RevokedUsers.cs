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

    /// <summary>
    /// By how much the clocks of nodes and of those who issue tokens may differ: what was issued that little later counts as issued
    /// before.
    /// </summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromSeconds(2);

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
        Since(user) is { } since && (IsBefore(issued, since) || user.FindAll("iat").Any(claim => IsBefore(Parse(claim.Value), since)));

    /// <summary>Whether something was, for all that is known, before a user was revoked.</summary>
    public static bool IsBefore(DateTimeOffset? time, DateTimeOffset revoked) => time <= revoked + ClockDifference;

    /// <summary>
    /// What to write into a ticket as the time of its issue: this node knows that it is after the user's last revocation, whatever the
    /// clocks say.
    /// </summary>
    public DateTimeOffset IssuedNow(ClaimsPrincipal user)
    {
        var now = DateTimeOffset.UtcNow;
        return Since(user) is { } since && IsBefore(now, since) ? since + ClockDifference + TimeSpan.FromTicks(1) : now;
    }

    private DateTimeOffset? Since(ClaimsPrincipal user) =>
        _any && UserId(user) is { } id && _since.TryGetValue(id, out var since) ? since : null;

    /// <summary>Seconds since 1970, which may have a fraction (RFC 7519, NumericDate).</summary>
    private static DateTimeOffset? Parse(string seconds) =>
        double.TryParse(seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && value >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && value <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.UnixEpoch.AddSeconds(value)
            : null;

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
