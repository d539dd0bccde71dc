using System.Globalization;
using System.Security.Claims;
using Tornadose.SignalR.Authorization;

namespace Tornadose.SignalR.Tests.Authorization;

public sealed class RevokedUsersTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Theory]
    [InlineData("ann", -1, null, true)]
    [InlineData("ann", 1, null, false)]
    [InlineData("ann", null, -1, true)]
    [InlineData("ann", null, 1, false)]
    [InlineData("ann", 1, -1, true)] // a ticket obtained with an old token
    [InlineData("ann", null, null, false)] // no time of issue
    [InlineData("bob", -1, -1, false)]
    public void Covers_IssuedBeforeOrAfter_SaysSo(string user, int? issued, int? token, bool covered)
    {
        var revoked = new RevokedUsers(new TornadoseOptions());
        revoked.Add("ann", Now);
        revoked.Add("ann", Now.AddHours(-1)); // a late order does not move the time back
        List<Claim> claims = [new(ClaimTypes.NameIdentifier, user)];
        if (token is { } minutes)
            claims.Add(new Claim("iat", Now.AddMinutes(minutes).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(
            covered,
            revoked.Covers(new ClaimsPrincipal(new ClaimsIdentity(claims, "test")), issued is { } at ? Now.AddMinutes(at) : null));
    }

    /// <summary>RFC 7519: a NumericDate may have a fraction, and JSON writes numbers in several ways.</summary>
    [Theory]
    [InlineData("1700000000", true)]
    [InlineData("1699999999.75", true)]
    [InlineData("1.7e9", true)]
    [InlineData("1700000000.000", true)]
    [InlineData("1700000001.5", true)] // from a clock that is ahead
    [InlineData("1700000002.5", false)]
    [InlineData("-1", true)]
    [InlineData("now", false)]
    [InlineData("1e300", false)]
    [InlineData("NaN", false)]
    public void Covers_TimeOfAToken_IsReadAsTheNumberThatItIs(string iat, bool covered)
    {
        var revoked = new RevokedUsers(new TornadoseOptions());
        revoked.Add("ann", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
        Assert.Equal(covered, revoked.Covers(Ann(new Claim("iat", iat)), issued: null));
    }

    /// <summary>With a clock that is ahead, an older ticket seems newer; only this node's own times of issue are reliable.</summary>
    [Fact]
    public void Covers_ClocksDiffer_RefusesWhatMayBeOlderAndTakesWhatThisNodeIssued()
    {
        var revoked = new RevokedUsers(new TornadoseOptions());
        revoked.Add("ann", Now);
        Assert.True(revoked.Covers(Ann(), Now.AddSeconds(1)));
        Assert.False(revoked.Covers(Ann(), Now.AddSeconds(3)));
        Assert.False(revoked.Covers(Ann(), revoked.IssuedNow(Ann())));
    }

    private static ClaimsPrincipal Ann(params Claim[] claims) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "ann"), .. claims], "test"));
}
