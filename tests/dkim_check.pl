# Verifies a raw mail on standard input with Perl's Mail::DKIM and prints, for each of its DKIM signatures from above, whether
# it holds. The first argument is a JSON object of TXT records, by name; there is no DNS. Prints
# [{"selector": …, "algorithm": …, "ok": true | false, "why": …}, …].
#
# Debian's Mail::DKIM does not know Ed25519. It reads, canonicalises and hashes those signatures all the same; what is
# missing, the last step, is done here by OpenSSL.
use strict;
use warnings;

use File::Temp;
use JSON::PP;
use MIME::Base64;
use Mail::DKIM::PublicKey;
use Mail::DKIM::Signature;
use Mail::DKIM::Verifier;
use Net::DNS;

package Ed25519;
use parent 'Mail::DKIM::Algorithm::rsa_sha256';

sub verify {
    my ($self) = @_;
    my $public = MIME::Base64::decode_base64( $self->signature->get_public_key->data );
    my %file   = (
        # RFC 8410 §4: a SubjectPublicKeyInfo is this and the 32 octets.
        key       => pack( 'H*', '302a300506032b6570032100' ) . $public,
        digest    => $self->{header_digest}->digest,
        signature => MIME::Base64::decode_base64( $self->signature->data ),
    );
    my $folder = File::Temp->newdir;
    for my $name ( keys %file ) {
        open my $out, '>:raw', "$folder/$name" or die $!;
        print $out $file{$name};
        close $out or die $!;
    }
    my @command = (
        qw(openssl pkeyutl -verify -pubin -keyform DER -rawin -inkey), "$folder/key",
        '-in', "$folder/digest", '-sigfile', "$folder/signature"
    );
    open my $said, '-|', @command or die "openssl: $!";
    my @lines = <$said>;
    return close($said) && $self->check_body_hash;
}

package Ed25519Key;

sub size { 32 }

package Records;

sub send {
    my ( $self, $name, $type ) = @_;
    my $packet = Net::DNS::Packet->new( $name, $type );
    $packet->header->rcode('NOERROR');
    if ( defined $self->{$name} ) {
        my @strings = unpack '(a255)*', $self->{$name};
        $packet->push( answer => Net::DNS::RR->new( name => $name, type => 'TXT', txtdata => \@strings ) );
    }
    return $packet;
}

sub errorstring { 'NOERROR' }

package main;

{
    no warnings 'redefine';
    my $class = \&Mail::DKIM::Signature::get_algorithm_class;
    *Mail::DKIM::Signature::get_algorithm_class =
      sub { $_[1] eq 'ed25519-sha256' ? 'Ed25519' : $class->(@_) };
    my $is_ed25519 = sub { ( $_[0]->get_tag('k') // '' ) eq 'ed25519' };
    my $check      = \&Mail::DKIM::PublicKey::check;
    *Mail::DKIM::PublicKey::check =
      sub { $is_ed25519->(@_) ? 1 : $check->(@_) };
    my $convert = \&Mail::DKIM::PublicKey::convert;
    *Mail::DKIM::PublicKey::convert =
      sub { $is_ed25519->(@_) ? $_[0]->cork( bless {}, 'Ed25519Key' ) : $convert->(@_) };
}

Mail::DKIM::DNS::resolver( bless decode_json( $ARGV[0] ), 'Records' );
my $verifier = Mail::DKIM::Verifier->new;
binmode STDIN;
$verifier->PRINT($_) while <STDIN>;
$verifier->CLOSE;
my @results = map {
    {
        selector  => $_->selector,
        algorithm => $_->algorithm,
        ok        => $_->result eq 'pass' ? JSON::PP::true : JSON::PP::false,
        why       => $_->result_detail,
    }
} $verifier->signatures;
print encode_json( \@results );
