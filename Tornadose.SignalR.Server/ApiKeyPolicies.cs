using Microsoft.AspNetCore.Authorization;

namespace Tornadose.SignalR.Server;

/// <summary>What the holder of a key may do. Policies are evaluated for each store, by its name.</summary>
internal static class ApiKeyPolicies
{
    public const string Read = "read";
    public const string Publish = "publish";
    public const string Operator = "operator";

    public static void AddApiKeys(this IServiceCollection services, ServerOptions options)
    {
        var holders = new ApiKeyHolders(options.Keys);
        services.AddSingleton(holders);
        services.AddAuthentication(ApiKeyHandler.SchemeName)
            .AddScheme<ApiKeySchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, configureOptions: null);
        services.AddAuthorizationBuilder()
            .AddPolicy(Read, policy => policy.RequireAssertion(context =>
                options.AnonymousReaders || Covers(holders.Of(context.User)?.Read, context.Resource)))
            .AddPolicy(Publish, policy => policy.RequireAssertion(context =>
                Covers(holders.Of(context.User)?.Publish, context.Resource)))
            .AddPolicy(Operator, policy => policy.RequireAssertion(context => holders.Of(context.User) is { Operator: true }));
    }

    private static bool Covers(List<string>? stores, object? resource) =>
        stores is not null && resource is StoreAccess access && stores.Any(pattern => pattern.EndsWith('*')
            ? access.Store.StartsWith(pattern[..^1], StringComparison.Ordinal)
            : access.Store == pattern);
}
