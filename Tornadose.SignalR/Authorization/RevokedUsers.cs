using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Authorization;

/// <summary>
/// When each user was last revoked. Tickets and tokens issued earlier are refused for at least a day, longer than they should be valid.
/// </summary>
internal sealed class RevokedUsers(TornadoseOptions options)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>
    /// Tolerated difference between the clocks of nodes and token issuers: a token issued up to this much later counts as issued before.
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
    /// Whether the user's credentials were issued before the user was revoked. Credentials without an issue time are not refused.
    /// </summary>
    /// <param name="user">The user, with the claim <c>iat</c> of a token.</param>
    /// <param name="issued">When the ticket or the cookie was issued; null where that is not known.</param>
    public bool Covers(ClaimsPrincipal user, DateTimeOffset? issued) =>
        Since(user) is { } since && (IsBefore(issued, since) || user.FindAll("iat").Any(claim => IsBefore(Parse(claim.Value), since)));

    /// <summary>Whether a time counts as before a revocation, given that clocks differ.</summary>
    public static bool IsBefore(DateTimeOffset? time, DateTimeOffset revoked) => time <= revoked + ClockDifference;

    /// <summary>
    /// The issue time of a new ticket: always after the user's last revocation that this node knows of, whatever the clocks say.
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

    /// <summary>The application's function may throw: the user is then unknown, as when a user is revoked.</summary>
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
