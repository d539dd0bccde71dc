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
    [InlineData("ann", 1, -1, true)] // a ticket that was got by an old token
    [InlineData("ann", null, null, false)] // it does not say
    [InlineData("bob", -1, -1, false)]
    public void Covers_IssuedBeforeOrAfter_SaysSo(string user, int? issued, int? token, bool covered)
    {
        var revoked = new RevokedUsers(new TornadoseOptions());
        revoked.Add("ann", Now);
        revoked.Add("ann", Now.AddHours(-1)); // an order that comes late takes nothing back
        List<Claim> claims = [new(ClaimTypes.NameIdentifier, user)];
        if (token is { } minutes)
            claims.Add(new Claim("iat", Now.AddMinutes(minutes).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(
            covered, revoked.Covers(new ClaimsPrincipal(new ClaimsIdentity(claims, "test")), issued is { } at ? Now.AddMinutes(at) : null));
    }
}
