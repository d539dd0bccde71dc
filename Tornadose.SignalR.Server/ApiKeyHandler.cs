using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Tornadose.SignalR.Server;

internal sealed class ApiKeySchemeOptions : AuthenticationSchemeOptions;

/// <summary>Reads a key from <c>Authorization: Bearer</c> or <c>X-Api-Key</c>, and never from a URL, which is logged.</summary>
internal sealed class ApiKeyHandler(
    ApiKeyHolders holders, IOptionsMonitor<ApiKeySchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<ApiKeySchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";

    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Secret() is not { Length: > 0 } secret)
            return Task.FromResult(AuthenticateResult.NoResult());
        if (holders.Find(secret) is not { } holder)
            return Task.FromResult(AuthenticateResult.Fail("The API key is unknown."));
        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, holder), new Claim(ClaimTypes.NameIdentifier, holder)], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer";
        return Task.CompletedTask;
    }

    private string? Secret()
    {
        var authorization = Request.Headers[HeaderNames.Authorization].ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : Request.Headers["X-Api-Key"].ToString();
    }
}
