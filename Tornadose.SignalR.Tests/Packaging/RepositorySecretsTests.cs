using System.Text.RegularExpressions;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Packaging;

/// <summary>The repository contains no secrets: no key, and no token of a well-known form.</summary>
public sealed partial class RepositorySecretsTests
{
    [GeneratedRegex(
        @"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_[A-Za-z0-9_]{22,}"
        + @"|\bglpat-[A-Za-z0-9_-]{20}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\boy2[a-z0-9]{43}\b|\bnpm_[A-Za-z0-9]{36}"
        + @"|\bAIza[A-Za-z0-9_-]{35}|\bsk_live_[A-Za-z0-9]{20,}|AccountKey=[A-Za-z0-9+/]{40,}")]
    private static partial Regex Secret { get; }

    /// <summary>Folders that are generated from the repository.</summary>
    private static readonly string[] Made = [".git", "bin", "obj", "node_modules", "artifacts"];

    [Theory, Case("SEC-24"), InlineData("-----BEGIN RSA PRIVATE KEY----" + "-"), InlineData("AKIA" + "ABCDEFGHIJKLMNOP"),
        InlineData("token ghp" + "_abcdefghijklmnopqrstuvwxyz0123456789")]
    public void Pattern_OfASecret_IsFound(string text) => Assert.Matches(Secret, text);

    [Fact, Case("SEC-24")]
    public void Files_OfTheRepository_HoldNoSecrets()
    {
        var files = Files(new DirectoryInfo(Repository.File("."))).ToArray();
        Assert.True(files.Length > 100, $"{files.Length} files");
        Assert.Empty(files.Where(file => Secret.IsMatch(File.ReadAllText(file.FullName))).Select(file => file.FullName));
    }

    private static IEnumerable<FileInfo> Files(DirectoryInfo folder) => folder.EnumerateFiles().Where(file => file.LinkTarget is null)
        .Concat(folder.EnumerateDirectories().Where(inner => inner.LinkTarget is null && !Made.Contains(inner.Name)).SelectMany(Files));
}
