using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Tornadose.SignalR.Sqlite;

/// <summary>Validates the options at start; each message says what is wrong and what would be valid.</summary>
internal sealed class SqliteBackplaneOptionsValidation : IValidateOptions<SqliteBackplaneOptions>
{
    private const int MaxTimeoutSeconds = 60;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, SqliteBackplaneOptions options)
    {
        var failures = Failures(options).Select(failure => $"Tornadose:Sqlite: {failure}").ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>What is wrong with a connection string; null when nothing is.</summary>
    public static string? FailureOf(string? connectionString)
    {
        const string Right = "it must name a file, as \"Data Source=stores.db\"";
        try
        {
            var parsed = new SqliteConnectionStringBuilder(connectionString);
            if (string.IsNullOrWhiteSpace(parsed.DataSource))
                return $"ConnectionString names no database; {Right}.";
            if (parsed.Mode == SqliteOpenMode.Memory || parsed.DataSource.Contains(":memory:", StringComparison.OrdinalIgnoreCase)
                || "memdb".Equals(parsed.Vfs, StringComparison.OrdinalIgnoreCase))
                return $"ConnectionString names a database in memory, which ends with the process; {Right}.";
            if (parsed.DataSource.TrimStart().StartsWith("file:", StringComparison.OrdinalIgnoreCase))
                return $"ConnectionString has a URI, which may mean a database in memory or one without locks; {Right}.";
            return parsed.DefaultTimeout is < 1 or > MaxTimeoutSeconds && parsed.ShouldSerialize("Default Timeout")
                ? $"ConnectionString has a Default Timeout of {parsed.DefaultTimeout} s; it must be from 1 to {MaxTimeoutSeconds} s: "
                    + "while another program has locked the database, publishers of all stores wait that long."
                : null;
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or OverflowException)
        {
            return $"ConnectionString cannot be read ({failure.Message}); {Right}."; // never the string itself: it may hold a password
        }
    }

    private static IEnumerable<string> Failures(SqliteBackplaneOptions options)
    {
        if (FailureOf(options.ConnectionString) is { } failure)
            yield return failure;
        if (!Enum.IsDefined(options.Synchronous))
            yield return $"Synchronous is {options.Synchronous}; it must be Full, Normal or Off.";
        if (options.RetentionInterval < TimeSpan.FromMilliseconds(50) || options.RetentionInterval > Hour)
            yield return $"RetentionInterval is {options.RetentionInterval}; it must be from 50 ms to 1 hour.";
        if (options.KeepUnusedStores < StoreRow.KeyLifetime)
            yield return $"KeepUnusedStores is {options.KeepUnusedStores}; it must be at least {StoreRow.KeyLifetime}, or null.";
    }
}
